public import Driver
import Locking

/// Timers whose time the test advances. Bodies run on the advancing thread.
public final class ManualTimers: TimerQueue {
    private struct Entry {
        let due: Duration
        let delay: Duration
        let body: @Sendable () -> Void
    }

    private struct State {
        var elapsed = Duration.zero
        var lastId: UInt64 = 0
        var entries: [UInt64: Entry] = [:]
    }

    private struct Timer: ScheduledTimer {
        let id: UInt64
        let timers: ManualTimers

        func cancel() { timers.cancel(id) }
    }

    private let state = Locked(State())

    /// No timers.
    public init() {}

    /// The delays of the waiting timers as requested, oldest timer first.
    public var delays: [Duration] {
        state.withLock { state in state.entries.sorted { $0.key < $1.key }.map(\.value.delay) }
    }

    /// Calls `body` once the time was advanced by `delay`; never before this returns.
    public func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> any ScheduledTimer {
        let id = state.withLock { state in
            state.lastId += 1
            state.entries[state.lastId] = Entry(due: state.elapsed + delay, delay: delay, body: body)
            return state.lastId
        }
        return Timer(id: id, timers: self)
    }

    /// Advances the time and fires the timers that become due, earliest first, and in order of creation if due at the
    /// same time.
    public func advance(by duration: Duration) {
        let end = state.withLock { $0.elapsed + duration }
        while let body = nextBody(dueBy: end) { body() }
        state.withLock { $0.elapsed = end }
    }

    private func nextBody(dueBy end: Duration) -> (@Sendable () -> Void)? {
        state.withLock { state in
            let earliest = state.entries.min { ($0.value.due, $0.key) < ($1.value.due, $1.key) }
            guard let (id, next) = earliest, next.due <= end else { return nil }
            state.entries[id] = nil
            state.elapsed = max(state.elapsed, next.due)
            return next.body
        }
    }

    private func cancel(_ id: UInt64) {
        state.withLock { $0.entries[id] = nil }
    }
}
