import Messages

// What clients see of messages, queue and counters.
extension Driver {
    /// One consistent snapshot of the counters.
    public var counters: CountersSnapshot { withState { $0.counters } }

    /// The queue as it is now, with up to `entries` messages of each list, oldest first.
    public func queues(entries: Int) -> QueuesSnapshot {
        withState { state in
            QueuesSnapshot(
                config: state.config, workerMode: state.worker.mode,
                starvationCounter: state.queue.starvationCounter,
                totalSizeRemainingNotifications: state.queue.totalSizeRemainingNotifications,
                highPriorityCount: state.queue.highPriority.count, normalCount: state.queue.normal.count,
                highPriority: Array(state.queue.highPriority.prefix(entries)),
                normal: Array(state.queue.normal.prefix(entries)))
        }
    }

    /// Whether the worker takes messages.
    public var workerMode: AsyncWorkerMode { withState { $0.worker.mode } }

    /// A message that is still in the journal.
    public func message(_ sequence: UInt64) -> MessageRecord? { withState { $0.journal[sequence] } }

    /// The first `limit` messages that `query` asks for.
    ///
    /// - Complexity: O(messages behind `query.after`), in parts between which the lock is given back.
    public func messages(_ query: MessageQuery, limit: Int) -> MessagePage {
        var search = MessageSearch(query, limit: limit)
        look(&search)
        return search.page
    }

    /// The first `limit` messages that `query` asks for; waits at most `timeout` when there is none yet.
    ///
    /// `completion` runs once, before this returns, on the follower queue or on the timers' thread, unless what is returned
    /// is cancelled. A query for a delivery finds messages that are in that state when the wait looks at them.
    @discardableResult
    public func awaitMessages(
        _ query: MessageQuery, limit: Int, timeout: Duration,
        completion: @escaping @Sendable (MessagePage) -> Void
    ) -> MessageWait {
        let wait = MessageWait(MessageSearch(query, limit: limit), of: self, completion: completion)
        wait.begin(timeout: timeout)
        return wait
    }

    /// Waits until the queue has room for one more message, so that a fast producer drops nothing.
    ///
    /// `completion` gets false when the driver unloads instead.
    public func awaitQueueRoom(completion: @escaping @Sendable (Bool) -> Void) {
        let wait = TimedWait(completion)
        let early: Bool? = withState { state in
            if state.endsWaits { return false }
            if state.hasQueueRoom { return true }
            state.roomWaits.append(wait)
            return nil
        }
        if let early { wait.end(early) }
    }

    /// Ends what waits for messages, for the queue to drain, or for room in it: with what there is, now and from now on.
    ///
    /// For a service that stops; the driver's own waits go on.
    public func endWaits() {
        withState { $0.endWaits() }
    }

    /// Unloads the driver: `MpAsyncShutdown` (ASY-9).
    ///
    /// Waits for the semaphore end with STATUS_CANCELLED; the worker stops after the message in hand; drains, steps and
    /// waits for messages end. What is still queued stays there, to be reported. `completion` runs when no message is
    /// under way any more, of the worker's or of other callers'.
    public func unload(completion: @escaping @Sendable (CountersSnapshot) -> Void) {
        let wait = TimedWait<DrainResult> { _ in completion(self.counters) }
        withState { state in
            state.isUnloading = true
            for (ticket, wait) in state.channelWaits where state.channel.giveUp(ticket) {
                state.wakeUps.append(.granted(wait, .cancelled))
            }
            state.channelWaits = [:]
            state.endWaits()
            state.worker.shutDown(wait)
            state.wakeWorker()
        }
    }
}

/// The queue at one moment.
public struct QueuesSnapshot: Hashable, Sendable {
    /// The configuration then in force.
    public let config: DriverConfig
    /// Whether the worker takes messages.
    public let workerMode: AsyncWorkerMode
    /// High-priority messages in a row (ASY-6).
    public let starvationCounter: Int
    /// MP_ASYNC.TotalSizeRemainingNotifications, bytes.
    public let totalSizeRemainingNotifications: Int
    /// Messages in HighPriorityNotificationsList.
    public let highPriorityCount: Int
    /// Messages in NotificationsList.
    public let normalCount: Int
    /// The oldest of HighPriorityNotificationsList.
    public let highPriority: [AsyncNotification]
    /// The oldest of NotificationsList.
    public let normal: [AsyncNotification]

    /// MP_ASYNC.NotificationsCount.
    public var notificationsCount: Int { highPriorityCount + normalCount }
}
