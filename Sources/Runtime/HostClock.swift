public import Driver
import Locking
public import Messages

/// The clock of one host: the machine's, or one that stands still until it is set.
///
/// It may be switched while the host runs. While it stands still the uptime does too, so that durations are 0 and two
/// runs give the same bytes; the uptime never goes back, whatever it is switched to.
public final class HostClock: DriverClock {
    /// Where the time comes from.
    public enum Mode: Hashable, Sendable {
        /// The machine.
        case system
        /// The given time, until the mode is set again.
        case manual(FileTime)
        /// The last recorded event. Before the first one, the time that the clock showed when the mode was set.
        case events
    }

    private struct State {
        var mode: Mode
        /// What the clock shows while it stands still.
        var now: FileTime
        var uptime: UInt64
    }

    private let machine: any DriverClock
    private let state: Locked<State>

    /// A clock in `mode`, over the clock of the machine.
    public init(_ mode: Mode = .system, over machine: any DriverClock = SystemClock()) {
        self.machine = machine
        state = Locked(State(mode: .system, now: machine.now(), uptime: machine.uptimeNanoseconds()))
        set(mode)
    }

    /// Where the time comes from at present.
    public var mode: Mode { state.withLock { $0.mode } }

    /// Switches to `mode`, at once and for all threads.
    public func set(_ mode: Mode) {
        let machine = machine
        state.withLock { state in
            if state.mode == .system {
                state.now = machine.now()
                state.uptime = machine.uptimeNanoseconds()
            }
            if case .manual(let time) = mode { state.now = time }
            state.mode = mode
        }
    }

    /// Tells the time of the event that comes next in a recording.
    ///
    /// Earlier than the one before is fine: recordings are not always in order. Does nothing but in the mode `events`.
    public func advance(toEvent time: FileTime) {
        state.withLock { state in
            if state.mode == .events { state.now = time }
        }
    }

    // The machine's clock is read under the lock, or a switch at the same time could make the uptime go back.

    /// The time of the host.
    public func now() -> FileTime {
        let machine = machine
        return state.withLock { $0.mode == .system ? machine.now() : $0.now }
    }

    /// Nanoseconds of the machine's uptime, or those at which the clock was stopped.
    public func uptimeNanoseconds() -> UInt64 {
        let machine = machine
        return state.withLock { $0.mode == .system ? machine.uptimeNanoseconds() : $0.uptime }
    }
}
