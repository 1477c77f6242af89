import Dispatch
import Locking
import Runtime

/// Lines on their way to a stream that somebody may read slowly, or not at all: whoever writes a line never waits.
///
/// One thread writes. When more than `byteLimit` bytes wait, the oldest lines are dropped and counted, and how many is said
/// as soon as there is room. `put` and `dropped` may be called from any thread.
public final class LineQueue: Sendable {
    private let notice: @Sendable (_ dropped: UInt64) -> String
    private let write: @Sendable ([UInt8]) -> (count: Int, fault: CInt)
    private let state: Locked<LineQueueState>
    /// The errno of the last write, or 0.
    private let lastFault = Locked<CInt>(0)
    private let writer = DispatchQueue(label: "wdfilterd.lines")
    private let writing = DispatchGroup()

    /// A queue to `stream`; `notice` says in a line that so many were dropped.
    public convenience init(_ stream: StandardStream, notice: @escaping @Sendable (_ dropped: UInt64) -> String) {
        self.init(notice: notice, write: { stream.write($0) })
    }

    /// A queue to `write`, which blocks until all bytes are written, or gives how many were and an errno.
    init(
        byteLimit: Int = 1 << 20, notice: @escaping @Sendable (_ dropped: UInt64) -> String,
        write: @escaping @Sendable ([UInt8]) -> (count: Int, fault: CInt)
    ) {
        self.notice = notice
        self.write = write
        state = Locked(LineQueueState(byteLimit: byteLimit))
    }

    /// How many lines were dropped, or lost by a write that failed, since the beginning.
    public var dropped: UInt64 { state.withLock { $0.dropped } }

    /// The errno of the last write; 0 when it went well.
    public var fault: CInt { lastFault.withLock { $0 } }

    /// Hands over `text`, which gets the end of its line. It is dropped, or kept, as one.
    public func put(_ text: String) {
        let line = Array((text + "\n").utf8)
        if state.withLock({ $0.put(line) }) { writer.async(group: writing) { self.drain() } }
    }

    /// Waits until everything is written, `time` at most. When half of that is over, all lines go but the newest, so that it
    /// comes out to whoever reads slowly.
    public func flush(within time: Duration) {
        if writing.wait(timeout: .after(time / 2)) == .success { return }
        state.withLock { $0.keepNewest() }
        _ = writing.wait(timeout: .after(time / 2))
    }

    private func drain() {
        while let batch = state.withLock({ $0.next() }) {
            var bytes: [UInt8] = batch.beginsMidLine ? [UInt8(ascii: "\n")] : []
            if batch.unreported > 0 { bytes += Array((notice(batch.unreported) + "\n").utf8) }
            let prefix = bytes.count
            for line in batch.lines { bytes += line }
            let (count, fault) = write(bytes)
            lastFault.withLock { $0 = fault }
            state.withLock { $0.wrote(count, of: batch, prefix: prefix) }
        }
    }
}
