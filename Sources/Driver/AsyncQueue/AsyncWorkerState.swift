import DequeModule

/// The state of the worker, and the calls that wait for it.
///
/// Driver: `MpAsyncpWorkerThread` (ASY-5). Pausing, stepping and draining are ours.
struct AsyncWorkerState {
    /// Whether the worker takes messages by itself.
    private(set) var mode = AsyncWorkerMode.running
    /// Whether a turn of the worker is running or scheduled; there is at most one.
    private(set) var isActive = false
    /// Whether a message is being sent.
    private(set) var hasMessageInHand = false
    /// Whether that message was taken for a step.
    private var isStepping = false
    private var steps: Deque<Steps> = []
    private var drains: [CallWait<DrainResult>] = []
    private var shutdowns: [TimedWait<DrainResult>] = []

    private struct Steps {
        var remaining: Int
        var taken: [WorkerStep] = []
        let waiter: CallWait<[WorkerStep]>
    }

    /// Schedules a turn; false if one is already scheduled or running, or if there is nothing that the worker may take.
    mutating func activate(queueIsEmpty: Bool) -> Bool {
        if isActive { return false }
        switch mode {
        case .running: isActive = !queueIsEmpty
        case .paused: isActive = !steps.isEmpty
        case .stopped: isActive = false
        }
        return isActive
    }

    /// Starts a turn; returns whether to take a message now.
    mutating func wantsMessage(queueIsEmpty: Bool) -> Bool {
        hasMessageInHand =
            switch mode {
            case .running: !queueIsEmpty
            case .paused: !queueIsEmpty && !steps.isEmpty
            case .stopped: false
            }
        isActive = hasMessageInHand
        isStepping = hasMessageInHand && mode == .paused
        return hasMessageInHand
    }

    /// Ends a turn after its message was sent or failed.
    mutating func finish(_ step: WorkerStep) {
        hasMessageInHand = false
        isActive = false
        guard isStepping else { return }
        steps[0].remaining -= 1
        steps[0].taken.append(step)
    }

    /// Removes and returns the steps that are finished: all their messages were taken, the queue is empty, or the
    /// worker is no longer paused.
    mutating func finishedSteps(queueIsEmpty: Bool) -> [(TimedWait<[WorkerStep]>, [WorkerStep])] {
        var finished: [(TimedWait<[WorkerStep]>, [WorkerStep])] = []
        while let first = steps.first, !hasMessageInHand, first.remaining <= 0 || queueIsEmpty || mode != .paused {
            steps.removeFirst()
            finished.append((first.waiter.wait, first.taken))
        }
        return finished
    }

    /// Removes and returns the drains that are finished: nothing is queued or in hand, or the worker was stopped.
    mutating func finishedDrains(queueIsEmpty: Bool) -> [TimedWait<DrainResult>] {
        guard !hasMessageInHand, queueIsEmpty || mode == .stopped else { return [] }
        return removeDrains()
    }

    /// Removes and returns the shutdowns that are finished: no message is in hand, and `inFlight`, the number of sends
    /// outside the worker, is 0.
    mutating func finishedShutdowns(inFlight: Int) -> [TimedWait<DrainResult>] {
        guard !hasMessageInHand, inFlight == 0 else { return [] }
        defer { shutdowns = [] }
        return shutdowns
    }

    mutating func setMode(_ new: AsyncWorkerMode) { mode = new }
    /// Stops the worker. `wait` ends when the last message in flight is finished, and only then.
    mutating func shutDown(_ wait: TimedWait<DrainResult>) {
        mode = .stopped
        shutdowns.append(wait)
    }
    mutating func addSteps(_ count: Int, _ waiter: CallWait<[WorkerStep]>) {
        steps.append(Steps(remaining: count, waiter: waiter))
    }
    mutating func addDrain(_ waiter: CallWait<DrainResult>) { drains.append(waiter) }
    mutating func removeDrains() -> [TimedWait<DrainResult>] {
        defer { drains = [] }
        return drains.map(\.wait)
    }
    mutating func removeDrain(_ wait: TimedWait<DrainResult>) { drains.removeAll { $0.wait === wait } }

    /// How many calls wait for steps or for the queue to drain.
    var waitCount: Int { steps.count + drains.count }

    /// The first `limit` calls of either kind, each in order of arrival.
    func waitingCalls(limit: Int) -> [WaitingCall] {
        steps.prefix(limit).map(\.waiter.call) + drains.prefix(limit).map(\.call)
    }
}

/// Whether the worker takes messages.
public enum AsyncWorkerMode: String, CaseIterable, Sendable {
    /// It takes and sends queued messages.
    case running
    /// It takes messages only in steps.
    case paused
    /// It was shut down (ASY-9).
    case stopped
}

/// The result of a drain.
public struct DrainResult: Hashable, Sendable {
    /// Whether the queue was empty with nothing in hand before the timeout.
    public let drained: Bool
    /// Messages queued or in hand when it ended.
    public let remaining: Int
}
