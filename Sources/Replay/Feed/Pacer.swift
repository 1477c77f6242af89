public import Driver
import Locking
import Messages

/// Holds events back so that they come as far apart as they were recorded, or so many times faster.
public final class Pacer: Sendable {
    private let clock: any DriverClock
    private let timers: any TimerQueue
    private let schedule: Locked<PaceSchedule>

    /// A pacer that is `speed` times as fast as the recording; above 0. `clock` tells how late it is, `timers` wake it.
    public init(speed: Double, clock: any DriverClock, timers: any TimerQueue) {
        self.clock = clock
        self.timers = timers
        schedule = Locked(PaceSchedule(speed: speed))
    }

    /// Calls `body` once it is as late as `time` in the recording, maybe before this returns.
    func wait(until time: FileTime, _ body: @escaping @Sendable () -> Void) {
        let uptime = clock.uptimeNanoseconds()
        let delay = schedule.withLock { $0.delay(of: time, at: uptime) }
        if delay == 0 { return body() }
        _ = timers.schedule(after: .nanoseconds(Int64(clamping: delay)), body)
    }
}
