import Dispatch
public import Driver
import Locking

/// A serial queue that pauses between turns. Bodies submitted during a pause run in one batch.
///
/// For work that can wait a moment, and for which one turn for many is cheaper than many turns: a single body runs at
/// once, a burst of bodies in batches.
public final class PacedWorkQueue: WorkQueue {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        /// Whether a turn is running or scheduled.
        var isActive = false
        /// The earliest time at which the next turn may begin.
        var next = DispatchTime(uptimeNanoseconds: 0)
    }

    private let queue: DispatchQueue
    private let pause: Duration
    private let state = Locked(State())

    /// A queue whose turns begin at least `pause` apart. `name` is shown in debuggers.
    public init(named name: String, pause: Duration) {
        queue = DispatchQueue(label: name)
        self.pause = pause
    }

    /// Runs `body` in the next turn.
    public func async(_ body: @escaping @Sendable () -> Void) {
        let next = state.withLock { state -> DispatchTime? in
            state.waiting.append(body)
            if state.isActive { return nil }
            state.isActive = true
            return state.next
        }
        if let next { schedule(next) }
    }

    private func schedule(_ next: DispatchTime) {
        if next <= .now() { queue.async { self.turn() } } else { queue.asyncAfter(deadline: next) { self.turn() } }
    }

    private func turn() {
        let bodies = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for body in bodies { body() }
        let next = state.withLock { state -> DispatchTime? in
            state.next = .after(pause)
            state.isActive = !state.waiting.isEmpty
            return state.isActive ? state.next : nil
        }
        if let next { schedule(next) }
    }
}
