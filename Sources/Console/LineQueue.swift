import Dispatch
import Locking
import Runtime

/// A queue of lines for a stream whose reader may be slow or absent: adding a line never blocks.
///
/// One thread writes. If more than `byteLimit` bytes are queued, the oldest lines are dropped and counted, and the number
/// is reported as soon as possible. `put` and `dropped` may be called from any thread.
public final class LineQueue: Sendable {
    private let notice: @Sendable (_ dropped: UInt64) -> String
    private let write: @Sendable ([UInt8]) -> (count: Int, fault: CInt)
    private let state: Locked<LineQueueState>
    /// The errno of the last write, or 0.
    private let lastFault = Locked<CInt>(0)
    private let writer = DispatchQueue(label: "wdfilterd.lines")
    private let writing = DispatchGroup()

    /// Creates a queue for `stream`; `notice` formats the line that reports the number of dropped lines.
    public convenience init(_ stream: StandardStream, notice: @escaping @Sendable (_ dropped: UInt64) -> String) {
        self.init(notice: notice, write: { stream.write($0) })
    }

    /// Creates a queue with a custom `write`, which blocks until all bytes are written or returns their number and an errno.
    init(
        byteLimit: Int = 1 << 20, notice: @escaping @Sendable (_ dropped: UInt64) -> String,
        write: @escaping @Sendable ([UInt8]) -> (count: Int, fault: CInt)
    ) {
        self.notice = notice
        self.write = write
        state = Locked(LineQueueState(byteLimit: byteLimit))
    }

    /// Number of lines that were dropped or lost in a failed write since the start.
    public var dropped: UInt64 { state.withLock { $0.dropped } }

    /// The errno of the last write; 0 if it succeeded.
    public var fault: CInt { lastFault.withLock { $0 } }

    /// Queues `text` and a newline. A text of several lines is kept or dropped as a whole.
    public func put(_ text: String) {
        let line = Array((text + "\n").utf8)
        if state.withLock({ $0.put(line) }) { writer.async(group: writing) { self.drain() } }
    }

    /// Waits up to `time` until everything is written. After half of the time all lines but the newest are dropped, so that a
    /// slow reader gets that one.
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
