import Messages

// Messages, queue and counters as clients see them.
extension Driver {
    /// One consistent snapshot of the counters.
    public var counters: CountersSnapshot { withState { $0.counters } }

    /// The queue as it is now, with up to `entries` messages of each list and calls that wait, oldest first.
    public func queues(entries: Int) -> QueuesSnapshot {
        withState { state in
            let (waitingCount, waiting) = state.waitingCalls(limit: entries)
            return QueuesSnapshot(
                config: state.config, workerMode: state.worker.mode,
                starvationCounter: state.queue.starvationCounter,
                totalSizeRemainingNotifications: state.queue.totalSizeRemainingNotifications,
                highPriorityCount: state.queue.highPriority.count, normalCount: state.queue.normal.count,
                highPriority: Array(state.queue.highPriority.prefix(entries)),
                normal: Array(state.queue.normal.prefix(entries)), waitingCount: waitingCount, waiting: waiting)
        }
    }

    /// Whether the worker takes messages.
    public var workerMode: AsyncWorkerMode { withState { $0.worker.mode } }

    /// The message with a sequence number, if it is still in the journal.
    public func message(_ sequence: UInt64) -> MessageRecord? { withState { $0.journal[sequence] } }

    /// The first `limit` messages that match `query`.
    ///
    /// - Complexity: O(messages after `query.after`), in slices between which the lock is released.
    public func messages(_ query: MessageQuery, limit: Int) -> MessagePage {
        var search = MessageSearch(query, limit: limit)
        self.search(&search)
        return search.page
    }

    /// Waits until the queue has room for one more message, so that a fast producer causes no drops.
    ///
    /// `completion` gets false if the driver unloads first.
    public func awaitQueueRoom(caller: CallerTag? = nil, completion: @escaping @Sendable (Bool) -> Void) {
        let wait = TimedWait(completion)
        let early: Bool? = withState { state in
            if state.endsWaits { return false }
            if state.hasQueueRoom { return true }
            state.roomWaits.append(CallWait(call: state.beginWait(for: .room, caller: caller), wait: wait))
            return nil
        }
        if let early { wait.end(early) }
    }

    /// Ends all waits for messages, for the queue to drain, and for room in it, with the results so far. Later waits
    /// end at once.
    ///
    /// For a service that is shutting down. The driver's own waits continue.
    public func endWaits() {
        withState { $0.endWaits() }
    }

    /// Unloads the driver: `MpAsyncShutdown` (ASY-9).
    ///
    /// Waits for the semaphore end with STATUS_CANCELLED. The worker stops after the message in hand, or after a batch that is
    /// being gathered (decision 39). Drains, steps and waits for messages end. Messages that are still queued stay there, to be reported. `completion` runs once no
    /// message is in flight, neither the worker's nor that of another caller.
    public func unload(completion: @escaping @Sendable (CountersSnapshot) -> Void) {
        let wait = TimedWait<DrainResult> { _ in completion(self.counters) }
        let now = clock.moment()
        withState { state in
            state.isUnloading = true
            for (ticket, waiter) in state.permitWaits {
                // A wait that is not registered yet finds `isUnloading` and ends itself.
                guard let wait = waiter.wait, state.channel.giveUp(ticket) else { continue }
                state.wakeUps.append(.granted(wait, .cancelled))
            }
            state.permitWaits = [:]
            state.endWaits()
            state.worker.shutDown(wait, queueIsEmpty: state.queue.notificationsCount == 0)
            state.note(at: now)
            state.cutGatheringShort()
            state.wakeWorker()
        }
    }
}

/// The queue at one moment.
public struct QueuesSnapshot: Hashable, Sendable {
    /// The configuration at that moment.
    public let config: DriverConfig
    /// Whether the worker takes messages.
    public let workerMode: AsyncWorkerMode
    /// High-priority messages taken in a row (ASY-6).
    public let starvationCounter: Int
    /// MP_ASYNC.TotalSizeRemainingNotifications, bytes.
    public let totalSizeRemainingNotifications: Int
    /// Messages in HighPriorityNotificationsList.
    public let highPriorityCount: Int
    /// Messages in NotificationsList.
    public let normalCount: Int
    /// The oldest messages of HighPriorityNotificationsList.
    public let highPriority: [AsyncNotification]
    /// The oldest messages of NotificationsList.
    public let normal: [AsyncNotification]
    /// Calls that wait in the driver.
    public let waitingCount: Int
    /// Those that have waited longest, in order of arrival.
    public let waiting: [WaitingCall]

    /// MP_ASYNC.NotificationsCount.
    public var notificationsCount: Int { highPriorityCount + normalCount }
}
