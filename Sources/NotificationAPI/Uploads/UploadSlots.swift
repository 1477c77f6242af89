import Locking
import MicroHTTPD
import Runtime

/// The places for uploads at a time, and who loses one to another when all are taken.
///
/// An upload may be as slow as it likes while there are places: a live feed is. When there are none, it must not keep
/// others out by a byte now and then.
final class UploadPlaces: Sendable {
    let limit: Int
    private let now: @Sendable () -> UInt64
    private let noteCut: @Sendable (_ address: String) -> Void
    private let uploads = Locked<[ObjectIdentifier: Upload]>([:])

    /// At most `limit` at a time; `now` is in nanoseconds and never goes back. `noteCut` gets the client's address
    /// of each upload that has lost its place, on the thread of the upload that took it.
    init(
        limit: Int, now: @escaping @Sendable () -> UInt64 = { SystemClock().uptimeNanoseconds() },
        noteCut: @escaping @Sendable (_ address: String) -> Void = { _ in }
    ) {
        self.limit = limit
        self.now = now
        self.noteCut = noteCut
    }

    /// How many are open now.
    var open: Int { uploads.withLock { $0.count } }

    /// A place for one more upload, of a client at `address`.
    ///
    /// When there is none it is taken from a slow upload, whose connection is cut: one of the address that has most of
    /// them, and of these the slowest. Nil when none is slow.
    func take(for address: String) -> Place? {
        let now = now()
        let upload = Upload(address, at: now)
        let (isTaken, loser) = uploads.withLock { uploads -> (Bool, Upload?) in
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
            noteCut(loser.address)
        }
        return isTaken ? Place(upload, self) : nil
    }

    private static func slowest(of uploads: [ObjectIdentifier: Upload], at now: UInt64) -> Upload? {
        var counts: [String: Int] = [:]
        for upload in uploads.values { counts[upload.address, default: 0] += 1 }
        let slow = uploads.values.compactMap { upload in
            upload.slowness(at: now).map { (upload: upload, count: counts[upload.address] ?? 0, rate: $0) }
        }
        return slow.min { ($1.count, $0.rate) < ($0.count, $1.rate) }?.upload
    }

    private func leave(_ upload: Upload) {
        uploads.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(upload)) }
    }

    /// One that is open.
    fileprivate final class Upload: Sendable {
        let address: String
        private let state: Locked<(pace: UploadPace, sender: BodySender?, isCut: Bool)>

        init(_ address: String, at now: UInt64) {
            self.address = address
            state = Locked((UploadPace(at: now), nil, false))
        }

        func slowness(at now: UInt64) -> Double? { state.withLock { $0.pace.slowness(at: now) } }

        func change(_ change: (inout UploadPace) -> Void) { state.withLock { change(&$0.pace) } }

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

    /// The place of an upload, until it is given back, released, or lost to another.
    final class Place: Sendable {
        private let upload: Upload
        private let places: UploadPlaces

        fileprivate init(_ upload: Upload, _ places: UploadPlaces) {
            self.upload = upload
            self.places = places
        }

        deinit { leave() }

        /// The body will come from `sender`, whose connection is cut when the place is lost.
        func begin(_ sender: BodySender) { upload.begin(sender) }

        /// Of a piece of `offered` bytes `taken` were taken; fewer than all means that the client must wait.
        func note(taken: Int, of offered: Int) {
            let now = places.now()
            upload.change { $0.take(taken, isPaused: taken < offered, at: now) }
        }

        /// The body is complete.
        func end() { upload.change { $0.end() } }

        /// Gives the place back; done before the answer, so that the client may begin the next upload at once.
        func leave() { places.leave(upload) }
    }
}
