public import Driver
import Locking
public import Messages

/// A clock that stands still until it is advanced. Wall time and uptime advance together.
public final class ManualClock: DriverClock {
    private struct State {
        var now: FileTime
        var uptime: UInt64 = 0
    }

    private let state: Locked<State>

    /// A clock that shows `now`, by default 2020-02-21T10:15:30Z.
    public init(now: FileTime = FileTime(unixSecond: 1_582_280_130)) { state = Locked(State(now: now)) }

    /// Advances the clock; `duration` must not be negative.
    public func advance(by duration: Duration) {
        let nanoseconds = duration.nanoseconds
        state.withLock { state in
            state.now.ticks += nanoseconds / 100
            state.uptime += nanoseconds
        }
    }

    /// The time shown.
    public func now() -> FileTime { state.withLock { $0.now } }

    /// Nanoseconds by which the clock was advanced since its creation.
    public func uptimeNanoseconds() -> UInt64 { state.withLock { $0.uptime } }
}

extension Duration {
    /// Whole nanoseconds of a duration that is not negative.
    fileprivate var nanoseconds: UInt64 {
        UInt64(components.seconds) * 1_000_000_000 + UInt64(components.attoseconds / 1_000_000_000)
    }
}
