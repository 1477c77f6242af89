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

    /// How long the thread is blocked between two checks.
    private static let slice = Duration.milliseconds(50)

    /// Blocks the thread, slice by slice.
    public func wait<Failure>(
        for signal: CaseSignal, until deadline: UInt64?, _ check: () throws(Failure) -> Void
    ) throws(Failure) -> WaitResult {
        while true {
            let rest = deadline.map { remaining(until: $0) } ?? .century
            if signal.block(for: min(rest, Self.slice)) { return .done }
            if rest <= Self.slice { return .timedOut }
            try check()
        }
    }

    /// Blocks the thread for `duration`, slice by slice.
    public func pass<Failure>(_ duration: Duration, _ check: () throws(Failure) -> Void) throws(Failure) {
        _ = try wait(for: CaseSignal(), until: nanoseconds + UInt64(max(0, duration.nanoseconds)), check)
    }

    /// Blocks the thread for a while.
    public func passUntilChange(deadline: UInt64) -> Bool {
        let rest = remaining(until: deadline)
        if rest <= .zero { return false }
        Monotonic.sleep(for: min(rest, interval))
        return true
    }

    private func remaining(until deadline: UInt64) -> Duration {
        let now = nanoseconds
        return .nanoseconds(Int64(clamping: deadline > now ? deadline - now : 0))
    }
}
