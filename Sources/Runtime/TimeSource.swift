public import Driver

/// Time that timers run in: virtual, or that of the system.
public protocol TimeSource: TimerQueue {
    /// Nanoseconds since some fixed moment.
    var nanoseconds: UInt64 { get }
}
