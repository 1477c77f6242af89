public import Driver
import Locking
import Messages

/// Holds events back so that they come as far apart as they were recorded, or so many times faster.
public final class Pacer: Sendable {
    private let speed: Double
    private let clock: any DriverClock
    private let timers: any TimerQueue
    /// When the first event came: in the recording, and here in nanoseconds.
    private let start = Locked<(event: FileTime, uptime: UInt64)?>(nil)

    /// A pacer that is `speed` times as fast as the recording; above 0. `clock` tells how late it is, `timers` wake it.
    public init(speed: Double, clock: any DriverClock, timers: any TimerQueue) {
        self.speed = speed
        self.clock = clock
        self.timers = timers
    }

    /// Calls `body` once it is as late as `time` in the recording, maybe before this returns.
    func wait(until time: FileTime, _ body: @escaping @Sendable () -> Void) {
        let uptime = clock.uptimeNanoseconds()
        let due = start.withLock { start -> UInt64 in
            let first = start ?? (time, uptime)
            start = first
            guard time > first.event else { return first.uptime }
            let nanoseconds = Double(time.ticks - first.event.ticks) * 100 / speed
            return first.uptime &+ UInt64(min(nanoseconds, 9e18))
        }
        if due <= uptime { return body() }
        _ = timers.schedule(after: .nanoseconds(Int64(min(due - uptime, UInt64(Int64.max)))), body)
    }
}
