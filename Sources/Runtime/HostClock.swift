import Bytes
public import Driver
import Locking
public import Messages

/// The clock of one host: that of the system, or one that stands still until it is set.
///
/// The mode can be changed while the host runs. While the clock stands still, so does the uptime, so that durations are
/// 0 and two runs produce the same bytes. The uptime never goes back, whatever the changes.
public final class HostClock: DriverClock {
    /// The source of the time.
    public enum Mode: Hashable, Sendable {
        /// The clock of the system.
        case system
        /// The given time, until the mode is set again.
        case manual(FileTime)
        /// The time of the last recorded event. Before the first event, the time that the clock showed when the mode
        /// was set.
        case events
    }

    private struct State {
        var mode: Mode
        /// The time shown while the clock stands still.
        var now: FileTime
        var uptime: UInt64

        /// Takes over what the clock of the system shows, if this one shows it too.
        mutating func readSystem(_ machine: any DriverClock) {
            guard mode == .system else { return }
            now = machine.now()
            uptime = machine.uptimeNanoseconds()
        }
    }

    private let machine: any DriverClock
    private let state: Locked<State>

    /// A clock in `mode`, over the clock of the system.
    public init(_ mode: Mode = .system, over machine: any DriverClock = SystemClock()) {
        self.machine = machine
        state = Locked(State(mode: .system, now: machine.now(), uptime: machine.uptimeNanoseconds()))
        set(mode)
    }

    /// The current source of the time.
    public var mode: Mode { state.withLock { $0.mode } }

    /// Changes to `mode`, at once and for all threads.
    public func set(_ mode: Mode) {
        state.withLock { [machine] state in
            state.readSystem(machine)
            if case .manual(let time) = mode { state.now = time }
            state.mode = mode
        }
    }

    /// Stops the clock at the time that it shows and `duration`, at most the end of the year 9999. The uptime stands still.
    public func advance(by duration: Duration) {
        state.withLock { [machine] state in
            state.readSystem(machine)
            state.now = state.now.later(by: UInt64(duration.nanoseconds) / 100)
            state.mode = .manual(state.now)
        }
    }

    /// Sets the clock to the time of the next event in a recording.
    ///
    /// The time may be earlier than the previous one, because recordings are not always in order. Does nothing unless
    /// the mode is `events`.
    public func advance(toEvent time: FileTime) {
        state.withLock { state in
            if state.mode == .events { state.now = time }
        }
    }

    // The system's clock is read under the lock. Otherwise a concurrent change of the mode could make the uptime go
    // back.

    /// The time of the host.
    public func now() -> FileTime {
        let machine = machine
        return state.withLock { $0.mode == .system ? machine.now() : $0.now }
    }

    /// The time of the host and that of the system.
    public func moment() -> Moment {
        let machine = machine
        return state.withLock { state in
            let wall = machine.now()
            return Moment(time: state.mode == .system ? wall : state.now, wall: wall)
        }
    }

    /// Nanoseconds of the system's uptime, or the value at which the clock was stopped.
    public func uptimeNanoseconds() -> UInt64 {
        let machine = machine
        return state.withLock { $0.mode == .system ? machine.uptimeNanoseconds() : $0.uptime }
    }
}
