import DequeModule
public import Driver
import Locking

/// A work queue that runs its bodies at once, on the submitting thread. Used for the worker of a host that runs a
/// replay, so that the messages an event queues are sent before the next event.
///
/// Still serial, in order and without recursion: a body that is submitted while another one runs is run later by the
/// thread that runs that one. With a single thread, all work is done when the outermost call returns.
public final class InlineWorkQueue: WorkQueue {
    private struct State {
        var isRunning = false
        var bodies: Deque<@Sendable () -> Void> = []
    }

    private let state = Locked(State())

    /// An empty queue.
    public init() {}

    /// Runs `body` now, or after those that are already running or waiting.
    public func async(_ body: @escaping @Sendable () -> Void) {
        let isFirst = state.withLock { state in
            state.bodies.append(body)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFirst else { return }
        while let next = next() { next() }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            let next = state.bodies.popFirst()
            state.isRunning = next != nil
            return next
        }
    }
}
