import DequeModule
public import Driver
import Locking

/// A work queue that runs its bodies at once, on the thread that hands them over: the worker of a host that is replayed
/// to, so that what an event queues is sent before the next event comes.
///
/// Still serial, in order and without recursion: a body that is handed over while another runs is run by the thread that
/// runs that one. With one thread, everything is over when the outermost call returns.
public final class InlineWorkQueue: WorkQueue {
    private struct State {
        var isRunning = false
        var bodies: Deque<@Sendable () -> Void> = []
    }

    private let state = Locked(State())

    /// An empty queue.
    public init() {}

    /// Runs `body` now, or after those that are being run.
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
