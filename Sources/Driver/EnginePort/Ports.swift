public import Messages

/// The time of a host. The driver knows no other.
public protocol DriverClock: Sendable {
    /// The time that the host writes into messages and answers.
    func now() -> FileTime

    /// Nanoseconds since some fixed moment, for measuring how long a send took; stands still on a clock that is set
    /// by hand, so that two runs give the same bytes.
    func uptimeNanoseconds() -> UInt64
}

/// Wakes the driver when a wait is over.
public protocol TimerQueue: Sendable {
    /// Calls `body` once, `delay` from now, on a thread of the queue's own that `body` must not block.
    func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer
}

/// A wake-up that was asked for.
public protocol ScheduledTimer: Sendable {
    /// Gives up the wake-up. It may already be under way; cancelling twice does nothing.
    func cancel()
}

/// Where a host's worker runs. One a host, serial: never two bodies at once, in the order they came.
public protocol WorkQueue: Sendable {
    /// Runs `body` later, or before this returns when no other one runs. The driver holds no lock meanwhile.
    func async(_ body: @escaping @Sendable () -> Void)
}
