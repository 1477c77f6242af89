import Locking
import MicroHTTPD
import Runtime

/// The slots for concurrent uploads. When all are in use, a slow upload loses its slot to a new one.
///
/// While slots are free, an upload may be arbitrarily slow, such as a live feed. When all are in use, an upload that sends a
/// byte now and then must not block others.
final class UploadSlots: Sendable {
    let limit: Int
    private let now: @Sendable () -> UInt64
    private let onCut: @Sendable (_ address: String) -> Void
    private let uploads = Locked<[ObjectIdentifier: Upload]>([:])

    /// Slots for `limit` uploads.
    ///
    /// - Parameters:
    ///   - now: A monotonic clock, in nanoseconds.
    ///   - onCut: Called with the client's address for each upload that loses its slot, on the thread of the upload that
    ///     gets the slot.
    init(
        limit: Int, now: @escaping @Sendable () -> UInt64 = { SystemClock().uptimeNanoseconds() },
        onCut: @escaping @Sendable (_ address: String) -> Void = { _ in }
    ) {
        self.limit = limit
        self.now = now
        self.onCut = onCut
    }

    /// The number of slots in use.
    var inUse: Int { uploads.withLock { $0.count } }

    /// A slot for an upload from `address`; nil if all are in use and no upload is slow.
    ///
    /// If all are in use, a slow upload loses its slot and its connection is cut: the slowest one from the address with the
    /// most slots.
    func acquire(for address: String) -> Slot? {
        let now = now()
        let upload = Upload(address, at: now)
        let (isAcquired, loser) = uploads.withLock { uploads -> (Bool, Upload?) in
            var loser: Upload?
            if uploads.count >= limit {
                guard let slowest = Self.slowest(of: uploads, at: now) else { return (false, nil) }
                uploads[ObjectIdentifier(slowest)] = nil
                loser = slowest
            }
            uploads[ObjectIdentifier(upload)] = upload
            return (true, loser)
        }
        if let loser {
            loser.cut()
            onCut(loser.address)
        }
        return isAcquired ? Slot(upload, self) : nil
    }

    private static func slowest(of uploads: [ObjectIdentifier: Upload], at now: UInt64) -> Upload? {
        var counts: [String: Int] = [:]
        for upload in uploads.values { counts[upload.address, default: 0] += 1 }
        let slow = uploads.values.compactMap { upload in
            upload.slowness(at: now).map { (upload: upload, count: counts[upload.address] ?? 0, rate: $0) }
        }
        return slow.min { ($1.count, $0.rate) < ($0.count, $1.rate) }?.upload
    }

    private func release(_ upload: Upload) {
        uploads.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(upload)) }
    }

    /// An upload that has a slot.
    fileprivate final class Upload: Sendable {
        let address: String
        private let state: Locked<(pace: UploadPace, sender: BodySender?, isCut: Bool)>

        init(_ address: String, at now: UInt64) {
            self.address = address
            state = Locked((UploadPace(at: now), nil, false))
        }

        func slowness(at now: UInt64) -> Double? { state.withLock { $0.pace.slowness(at: now) } }

        func update(_ change: (inout UploadPace) -> Void) { state.withLock { change(&$0.pace) } }

        func begin(_ sender: BodySender) {
            let isCut = state.withLock { state in
                state.sender = sender
                return state.isCut
            }
            if isCut { sender.cut() }
        }

        func cut() {
            let sender = state.withLock { state in
                state.isCut = true
                return state.sender
            }
            sender?.cut()
        }
    }

    /// The slot of an upload, in use until it is released, deallocated, or lost to another upload.
    final class Slot: Sendable {
        private let upload: Upload
        private let slots: UploadSlots

        fileprivate init(_ upload: Upload, _ slots: UploadSlots) {
            self.upload = upload
            self.slots = slots
        }

        deinit { release() }

        /// Sets the sender of the body, whose connection is cut if the slot is lost.
        func begin(_ sender: BodySender) { upload.begin(sender) }

        /// Records that `consumed` of `received` bytes were consumed. If some are left, the client must wait.
        func record(consumed: Int, of received: Int) {
            let now = slots.now()
            upload.update { $0.record(consumed, isPaused: consumed < received, at: now) }
        }

        /// Records that the body is complete.
        func finish() { upload.update { $0.finish() } }

        /// Frees the slot. Called before the answer is sent, so that the client can start its next upload at once.
        func release() { slots.release(upload) }
    }
}
