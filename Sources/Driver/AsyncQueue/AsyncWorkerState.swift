import DequeModule

/// What the worker is doing, and who waits for it.
///
/// Driver: `MpAsyncpWorkerThread` (ASY-5). Pausing, stepping and draining are ours.
struct AsyncWorkerState {
    /// Whether the worker takes messages by itself.
    private(set) var mode = AsyncWorkerMode.running
    /// Whether a turn of the worker is under way or asked for: there is never more than one.
    private(set) var isActive = false
    /// Whether a message is being sent.
    private(set) var hasMessageInHand = false
    /// Whether that message was taken for a step.
    private var isStepping = false
    private var steps: Deque<Steps> = []
    private var drains: [TimedWait<DrainResult>] = []
    private var shutdowns: [TimedWait<DrainResult>] = []

    private struct Steps {
        var remaining: Int
        var taken: [MessageRecord] = []
        let wait: TimedWait<[MessageRecord]>
    }

    /// Asks for a turn; false when one is under way already or the worker has no business taking messages.
    mutating func activate(queueIsEmpty: Bool) -> Bool {
        if isActive { return false }
        switch mode {
        case .running: isActive = !queueIsEmpty
        case .paused: isActive = !steps.isEmpty
        case .stopped: isActive = false
        }
        return isActive
    }

    /// At the start of a turn: whether a message is to be taken now.
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

    /// After a message was sent, or failed.
    mutating func finish(_ record: MessageRecord) {
        hasMessageInHand = false
        isActive = false
        guard isStepping else { return }
        steps[0].remaining -= 1
        steps[0].taken.append(record)
    }

    /// The steps that are over: as many as were asked for, or nothing left to take, or no longer paused.
    mutating func finishedSteps(queueIsEmpty: Bool) -> [(TimedWait<[MessageRecord]>, [MessageRecord])] {
        var finished: [(TimedWait<[MessageRecord]>, [MessageRecord])] = []
        while let first = steps.first, !hasMessageInHand, first.remaining <= 0 || queueIsEmpty || mode != .paused {
            steps.removeFirst()
            finished.append((first.wait, first.taken))
        }
        return finished
    }

    /// The drains that are over: nothing queued or in hand, or no worker left to wait for.
    mutating func finishedDrains(queueIsEmpty: Bool) -> [TimedWait<DrainResult>] {
        guard !hasMessageInHand, queueIsEmpty || mode == .stopped else { return [] }
        return removeDrains()
    }

    /// The shutdowns that are over: no message in hand, and `underWay`, the sends that are not the worker's, is 0.
    mutating func finishedShutdowns(underWay: Int) -> [TimedWait<DrainResult>] {
        guard !hasMessageInHand, underWay == 0 else { return [] }
        defer { shutdowns = [] }
        return shutdowns
    }

    mutating func setMode(_ new: AsyncWorkerMode) { mode = new }
    /// Stops the worker; `wait` ends with the last message that is being sent, and nothing else ends it.
    mutating func shutDown(_ wait: TimedWait<DrainResult>) {
        mode = .stopped
        shutdowns.append(wait)
    }
    mutating func addSteps(_ count: Int, _ wait: TimedWait<[MessageRecord]>) {
        steps.append(Steps(remaining: count, wait: wait))
    }
    mutating func addDrain(_ wait: TimedWait<DrainResult>) { drains.append(wait) }
    mutating func removeDrains() -> [TimedWait<DrainResult>] {
        defer { drains = [] }
        return drains
    }
    mutating func removeDrain(_ wait: TimedWait<DrainResult>) { drains.removeAll { $0 === wait } }
}

/// Whether the worker takes messages.
public enum AsyncWorkerMode: String, CaseIterable, Sendable {
    /// It takes and sends what is queued.
    case running
    /// It takes a message only when a step asks for it.
    case paused
    /// It was shut down (ASY-9).
    case stopped
}

/// What a drain came to.
public struct DrainResult: Hashable, Sendable {
    /// Whether the queue was empty with nothing in hand before the time was up.
    public let drained: Bool
    /// Messages queued or in hand when it ended.
    public let remaining: Int
}
