import DequeModule

/// The state of the worker, and the calls that wait for it.
///
/// Driver: `MpAsyncpWorkerThread` (ASY-5). Pausing, stepping and draining are ours.
struct AsyncWorkerState {
    /// Whether the worker takes messages by itself.
    private(set) var mode = AsyncWorkerMode.running
    /// Whether a turn of the worker is running or scheduled; there is at most one.
    private(set) var isActive = false
    /// Messages that are taken and not finished: one, or a batch.
    private(set) var inHand = 0
    /// Messages that did not fit into the last batch. The next batch starts with them.
    private var rest: Deque<TakenMessage> = []
    /// Whether the message in hand was taken for a step.
    private var isStepping = false
    /// Whether a batch was being gathered when the worker was shut down, and is still to be sent.
    private var hasLastBatch = false
    private var steps: Deque<Steps> = []
    private var drains: [CallWait<DrainResult>] = []
    private var shutdowns: [TimedWait<DrainResult>] = []

    private struct Steps {
        var remaining: Int
        var taken: [WorkerStep] = []
        let waiter: CallWait<[WorkerStep]>
    }

    /// Whether a message is being sent.
    var hasMessageInHand: Bool { inHand > 0 }
    /// Whether a call waits for the queue to drain.
    var isDraining: Bool { !drains.isEmpty }

    /// Schedules a turn; false if one is already scheduled or running, or if there is nothing that the worker may take.
    /// `isDue` is whether queued messages are to be sent now.
    mutating func activate(queueIsEmpty: Bool, isDue: Bool) -> Bool {
        if isActive { return false }
        isActive = mayTake(queueIsEmpty: queueIsEmpty, isDue: isDue)
        return isActive
    }

    private func mayTake(queueIsEmpty: Bool, isDue: Bool) -> Bool {
        if !rest.isEmpty { return true }
        if queueIsEmpty { return false }
        return switch mode {
        case .running: isDue
        case .paused: !steps.isEmpty
        case .stopped: hasLastBatch
        }
    }

    /// Starts a turn; returns how many of `queued` messages to take now, at most `most`, besides `takeRest`.
    mutating func beginTurn(queued: Int, isDue: Bool, most: Int) -> Int {
        isActive = mayTake(queueIsEmpty: queued == 0, isDue: isDue)
        isStepping = isActive && rest.isEmpty && mode == .paused
        hasLastBatch = false
        guard isActive, rest.isEmpty else { return 0 }
        inHand = isStepping ? 1 : min(queued, most)
        return inHand
    }

    /// Removes and returns the first messages that did not fit into the last batch, at most `most`.
    mutating func takeRest(most: Int) -> [TakenMessage] {
        // The usual case; the calls below would allocate.
        if rest.isEmpty { return [] }
        defer { rest.removeFirst(min(most, rest.count)) }
        return Array(rest.prefix(most))
    }

    /// Notes that a message in hand was sent or failed.
    mutating func finish(_ step: WorkerStep) {
        inHand -= 1
        guard isStepping else { return }
        steps[0].remaining -= 1
        steps[0].taken.append(step)
    }

    /// Ends a turn; `unsent` are those of its messages that were not sent.
    mutating func endTurn(rest unsent: ArraySlice<TakenMessage>) {
        if !unsent.isEmpty { rest.prepend(contentsOf: unsent) }
        isActive = false
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

    /// Removes and returns the shutdowns that are finished: no message is in hand or about to be, and `inFlight`, the number
    /// of sends outside the worker, is 0.
    mutating func finishedShutdowns(inFlight: Int) -> [TimedWait<DrainResult>] {
        guard !hasMessageInHand, !hasLastBatch, inFlight == 0 else { return [] }
        defer { shutdowns = [] }
        return shutdowns
    }

    mutating func setMode(_ new: AsyncWorkerMode) { mode = new }
    /// Stops the worker after the messages in hand, or the batch that is being gathered. `wait` ends when the last message in
    /// flight is finished, and only then.
    mutating func shutDown(_ wait: TimedWait<DrainResult>, queueIsEmpty: Bool) {
        hasLastBatch = hasLastBatch || mode == .running && !isActive && !queueIsEmpty
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
