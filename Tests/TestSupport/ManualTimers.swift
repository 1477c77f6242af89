public import Driver
import Locking

/// Timers whose time the test moves. Bodies run on the thread that moves it.
public final class ManualTimers: TimerQueue {
    private struct Entry {
        let id: UInt64
        let due: Duration
        let delay: Duration
        let body: @Sendable () -> Void
    }

    private struct State {
        var elapsed = Duration.zero
        var lastId: UInt64 = 0
        var entries: [Entry] = []
    }

    private struct Timer: ScheduledTimer {
        let id: UInt64
        let timers: ManualTimers

        func cancel() { timers.cancel(id) }
    }

    private let state = Locked(State())

    /// No timers.
    public init() {}

    /// The delays that the timers which wait were asked for with, oldest timer first.
    public var delays: [Duration] { state.withLock { $0.entries.map(\.delay) } }

    /// Calls `body` once the time was moved by `delay`; never before this returns.
    public func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer {
        let id = state.withLock { state in
            state.lastId += 1
            state.entries.append(
                Entry(id: state.lastId, due: state.elapsed + delay, delay: delay, body: body))
            return state.lastId
        }
        return Timer(id: id, timers: self)
    }

    /// Moves the time on and fires what became due, earliest first, timers of one moment in the order they came.
    public func advance(by duration: Duration) {
        let end = state.withLock { $0.elapsed + duration }
        while let body = nextBody(dueBy: end) { body() }
        state.withLock { $0.elapsed = end }
    }

    private func nextBody(dueBy end: Duration) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard let next = state.entries.min(by: { ($0.due, $0.id) < ($1.due, $1.id) }), next.due <= end else {
                return nil
            }
            state.entries.removeAll { $0.id == next.id }
            state.elapsed = max(state.elapsed, next.due)
            return next.body
        }
    }

    private func cancel(_ id: UInt64) {
        state.withLock { state in state.entries.removeAll { $0.id == id } }
    }
}
