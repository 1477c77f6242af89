public import Driver
import Locking
import Messages

/// Delays events so that they keep their recorded distances, or those divided by a speed.
public final class Pacer: Sendable {
    /// A clock, and timers that run with it.
    public struct Time: Sendable {
        let clock: any DriverClock
        let timers: any TimerQueue

        /// The time that `clock` shows.
        public init(clock: any DriverClock, timers: any TimerQueue) {
            self.clock = clock
            self.timers = timers
        }
    }

    private struct Turn {
        /// Nil if machines share a time.
        var machine: String?
        var time: Time?
        var schedules: [String?: PaceSchedule] = [:]
    }

    private let speed: Double
    /// Gives the turn to a machine and returns its time; nil if machines share a time.
    private let begin: (@Sendable (_ machine: String?) -> Time)?
    private let turn: Locked<Turn>

    /// A pacer that is `speed` times as fast as the recording, above 0, for machines that share a time.
    public init(speed: Double, time: Time) {
        self.speed = speed
        begin = nil
        turn = Locked(Turn(time: time))
    }

    /// A pacer that is `speed` times as fast as the recording, above 0, for machines with times of their own. Only the time of the
    /// machine that has the turn passes. `begin` gives the turn to a machine and returns its time.
    public init(speed: Double, begin: @escaping @Sendable (_ machine: String?) -> Time) {
        self.speed = speed
        self.begin = begin
        turn = Locked(Turn())
    }

    /// Whether each machine has a time of its own.
    var isPerMachine: Bool { begin != nil }

    /// Gives the turn to a machine, if each has a time of its own.
    func turn(to machine: String?) {
        guard let time = begin?(machine) else { return }
        turn.withLock { ($0.machine, $0.time) = (machine, time) }
    }

    /// Calls `body` when `time` of the recording has come on the machine that has the turn, possibly before this returns.
    func wait(until time: FileTime, _ body: @escaping @Sendable () -> Void) {
        guard let own = turn.withLock({ $0.time }) else { return body() }
        let uptime = own.clock.uptimeNanoseconds()
        let delay = turn.withLock {
            $0.schedules[$0.machine, default: PaceSchedule(speed: speed)].delay(of: time, at: uptime)
        }
        if delay == 0 { return body() }
        _ = own.timers.schedule(after: .nanoseconds(Int64(clamping: delay)), body)
    }
}
