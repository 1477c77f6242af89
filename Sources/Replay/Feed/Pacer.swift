public import Driver
import Locking
import Messages

/// Delays events so that they keep their recorded distances, or those divided by a speed.
public final class Pacer: Sendable {
    private let clock: any DriverClock
    private let timers: any TimerQueue
    private let schedule: Locked<PaceSchedule>

    /// A pacer that is `speed` times as fast as the recording; above 0.
    public init(speed: Double, clock: any DriverClock, timers: any TimerQueue) {
        self.clock = clock
        self.timers = timers
        schedule = Locked(PaceSchedule(speed: speed))
    }

    /// Calls `body` when `time` of the recording has come, possibly before this returns.
    func wait(until time: FileTime, _ body: @escaping @Sendable () -> Void) {
        let uptime = clock.uptimeNanoseconds()
        let delay = schedule.withLock { $0.delay(of: time, at: uptime) }
        if delay == 0 { return body() }
        _ = timers.schedule(after: .nanoseconds(Int64(clamping: delay)), body)
    }
}
