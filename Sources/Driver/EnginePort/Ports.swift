public import Messages

/// The clock of a host, the only one that the driver reads.
public protocol DriverClock: Sendable {
    /// The time that the host writes into messages and answers.
    func now() -> FileTime

    /// Nanoseconds since some fixed moment, for measuring how long a send took. Does not advance on a clock that is set
    /// by hand, so that two runs produce the same bytes.
    func uptimeNanoseconds() -> UInt64

    /// The time of the host and the time on the wall, at one moment.
    func moment() -> Moment
}

extension DriverClock {
    /// The time of the host, which is also the time on the wall.
    public func moment() -> Moment {
        let time = now()
        return Moment(time: time, wall: time)
    }
}

/// Wakes the driver when a wait is over.
public protocol TimerQueue: Sendable {
    /// Calls `body` once, `delay` from now, on the queue's own thread, which `body` must not block.
    func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer
}

/// A scheduled wake-up.
public protocol ScheduledTimer: Sendable {
    /// Cancels the wake-up, which may already be running. Canceling twice does nothing.
    func cancel()
}

/// The queue that a host's worker runs on. One per host, serial: runs one body at a time, in order of submission.
public protocol WorkQueue: Sendable {
    /// Runs `body` later, or before this returns if no other body is running. The driver holds no lock during the call.
    func async(_ body: @escaping @Sendable () -> Void)
}
