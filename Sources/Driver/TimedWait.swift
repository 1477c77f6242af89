import Locking

/// A wait for an event with a timeout. Whichever comes first ends the wait; the other does nothing.
final class TimedWait<Outcome: Sendable>: Sendable {
    private struct State {
        var completion: (@Sendable (Outcome) -> Void)?
        var timer: (any ScheduledTimer)?
    }

    private let state: Locked<State>

    init(_ completion: @escaping @Sendable (Outcome) -> Void) {
        state = Locked(State(completion: completion))
    }

    /// Starts the timeout. `onTimeout` is called unless the wait has ended by then; it should end the wait.
    func start(_ timers: any TimerQueue, timeout: Duration, onTimeout: @escaping @Sendable () -> Void) {
        let timer = timers.schedule(after: timeout, onTimeout)
        let isOver = state.withLock { state in
            state.timer = timer
            return state.completion == nil
        }
        if isOver { timer.cancel() }
    }

    /// Ends the wait and calls its completion, once.
    func end(_ outcome: Outcome) {
        let (completion, timer) = state.withLock { state in
            defer { state = State() }
            return (state.completion, state.timer)
        }
        timer?.cancel()
        completion?(outcome)
    }
}
