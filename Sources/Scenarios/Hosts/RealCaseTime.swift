import Bytes
import Runtime

/// The machine's time, from the start of a case.
public struct RealCaseTime: CaseTime {
    private let start = SystemClock().uptimeNanoseconds()
    /// How long to wait before looking again.
    private let interval: Duration

    /// A time in which a wait for a change looks again after `interval`.
    public init(interval: Duration) { self.interval = interval }

    /// Always false.
    public var isVirtual: Bool { false }
    /// Nanoseconds since the case began.
    public var nanoseconds: UInt64 { SystemClock().uptimeNanoseconds() - start }

    /// Blocks the thread.
    public func wait(for signal: CaseSignal, until deadline: UInt64?) -> WaitResult {
        signal.block(for: deadline.map { remaining(until: $0) }) ? .done : .timedOut
    }

    /// Blocks the thread for `duration`.
    public func pass(_ duration: Duration) { _ = CaseSignal().block(for: duration) }

    /// Blocks the thread for a while.
    public func passUntilChange(deadline: UInt64) -> Bool {
        let rest = remaining(until: deadline)
        if rest <= .zero { return false }
        pass(min(rest, interval))
        return true
    }

    private func remaining(until deadline: UInt64) -> Duration {
        let now = nanoseconds
        return .nanoseconds(Int64(clamping: deadline > now ? deadline - now : 0))
    }
}
