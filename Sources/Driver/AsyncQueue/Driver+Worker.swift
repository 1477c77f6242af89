import Messages
import Synchronization

extension Driver {
    /// One turn of the worker: takes a message, sends it, and schedules the next turn. `MpAsyncpWorkerThread` (ASY-5 to
    /// ASY-7). Runs on the work queue; no thread is blocked while the engine has the message.
    ///
    /// If the engine answers later, on a thread of its own, that thread goes on with the next turn at once. An engine that
    /// answers before `send` returns gets a new turn of the queue for each message, so the stack does not grow.
    func runWorker() {
        let now = clock.now()
        guard let (notification, choice, timeout) = withState({ $0.takeForWorker(now: now) }) else { return }
        let sequence = notification.record.message.sequence
        let started = clock.uptimeNanoseconds()
        handingOver.store(sequence, ordering: .relaxed)
        engine.send(notification.record.message, timeout: timeout) { result in
            let spent = self.clock.uptimeNanoseconds() &- started
            let sending = Sending(result, of: notification.record.message, spent: spent, ended: self.clock.now())
            let isHandedOver = self.handingOver.load(ordering: .relaxed) != sequence
            let goesOn = self.withState { $0.finishAsync(notification, choice, sending, goesOn: isHandedOver) }
            if goesOn { self.runWorker() }
        }
        _ = handingOver.compareExchange(expected: sequence, desired: 0, ordering: .relaxed)
    }

    /// Pauses or resumes the worker. A message in hand is always finished.
    ///
    /// Throws `workerStopped` once the driver unloads.
    public func setWorker(paused: Bool) throws(DriverError) {
        try withState { state throws(DriverError) in
            if state.worker.mode == .stopped { throw .workerStopped }
            state.worker.setMode(paused ? .paused : .running)
            state.wakeWorker()
        }
    }

    /// Lets the paused worker take up to `count` messages by ASY-6 and send them one after the other.
    ///
    /// `completion` gets the messages in that order, with their results; fewer if the queue ran empty or the worker was
    /// resumed. Throws `workerRunning` or `workerStopped`.
    public func stepWorker(
        count: Int, caller: CallerTag? = nil, completion: @escaping @Sendable ([WorkerStep]) -> Void
    ) throws(DriverError) {
        try withState { state throws(DriverError) in
            switch state.worker.mode {
            case .running: throw .workerRunning
            case .stopped: throw .workerStopped
            case .paused:
                let call = state.beginWait(for: .steps, caller: caller)
                state.worker.addSteps(count, CallWait(call: call, wait: TimedWait(completion)))
            }
            state.wakeWorker()
        }
    }

    /// Waits until the queue is empty and nothing is in hand, for at most `timeout`.
    ///
    /// Throws `workerPaused` or `workerStopped`.
    public func drainWorker(
        timeout: Duration, caller: CallerTag? = nil, completion: @escaping @Sendable (DrainResult) -> Void
    ) throws(DriverError) {
        let wait = TimedWait(completion)
        try withState { state throws(DriverError) in
            switch state.worker.mode {
            case .paused: throw .workerPaused
            case .stopped: throw .workerStopped
            case .running: state.addDrain(wait, caller: caller)
            }
            state.wakeWorker()
            if state.endsWaits { state.endWaits() }
        }
        wait.start(timers, timeout: timeout) {
            wait.end(
                self.withState { state in
                    state.worker.removeDrain(wait)
                    return state.drainResult
                })
        }
    }

    /// Waits until the queue is empty and nothing is in hand, however long that takes.
    ///
    /// `completion` runs at once if that is already the case, if the worker is paused or stopped, or if waits are no
    /// longer allowed.
    public func awaitDrained(caller: CallerTag? = nil, completion: @escaping @Sendable () -> Void) {
        let isOver = withState { state in
            if state.drainResult.drained || state.worker.mode != .running || state.endsWaits { return true }
            state.addDrain(TimedWait { _ in completion() }, caller: caller)
            return false
        }
        if isOver { completion() }
    }
}

extension DriverState {
    var drainResult: DrainResult {
        let remaining = queue.notificationsCount + (worker.hasMessageInHand ? 1 : 0)
        return DrainResult(drained: remaining == 0, remaining: remaining)
    }

    fileprivate mutating func addDrain(_ wait: TimedWait<DrainResult>, caller: CallerTag?) {
        worker.addDrain(CallWait(call: beginWait(for: .drain, caller: caller), wait: wait))
    }

    /// Whether one more message fits without a drop. Also true if the limit is 0, because waiting would not help.
    var hasQueueRoom: Bool {
        if config.maxAsyncNotificationCount == 0 { return true }
        return queue.notificationsCount < config.maxAsyncNotificationCount
            && queue.totalSizeRemainingNotifications <= limits.queueBytes - DriverLimits.largestEventMessage
    }

    /// Ends the waits for room if there is room, or if waits are no longer allowed.
    mutating func wakeRoomWaits() {
        guard !roomWaits.isEmpty, hasQueueRoom || endsWaits else { return }
        for waiter in roomWaits { wakeUps.append(.room(waiter.wait, !endsWaits)) }
        roomWaits = []
    }

    /// Schedules the wake-ups that a change of the worker or its queue made due: a turn, finished steps, drains and
    /// shutdowns.
    mutating func wakeWorker() {
        wakeWaits()
        if worker.activate(queueIsEmpty: queue.notificationsCount == 0) { wakeUps.append(.worker) }
    }

    /// Schedules the wake-ups of finished steps, drains and shutdowns.
    private mutating func wakeWaits() {
        let isEmpty = queue.notificationsCount == 0
        for (wait, records) in worker.finishedSteps(queueIsEmpty: isEmpty) { wakeUps.append(.steps(wait, records)) }
        let over = worker.finishedDrains(queueIsEmpty: isEmpty) + worker.finishedShutdowns(inFlight: inFlight)
        for wait in over { wakeUps.append(.drained(wait, drainResult)) }
    }

    fileprivate mutating func takeForWorker(now: FileTime) -> (AsyncNotification, WorkerChoice, Duration)? {
        let counter = queue.starvationCounter
        let limit = config.asyncStarvationLimit
        guard worker.wantsMessage(queueIsEmpty: queue.notificationsCount == 0),
            var notification = queue.takeNext(starvationLimit: limit)
        else {
            wakeWorker()
            return nil
        }
        wakeRoomWaits()
        notification.record.delivery = .inHand
        notification.record.sentAt = now
        settle(notification.record)
        let choice = WorkerChoice(
            isHighPriority: notification.isHighPriority, counterBefore: counter, counterAfter: queue.starvationCounter,
            limit: limit)
        return (notification, choice, config.asyncTimeout)
    }

    /// Records the end of a worker's message. Returns whether the caller runs the next turn: if there is one and the caller
    /// `goesOn`; otherwise the turn is scheduled.
    fileprivate mutating func finishAsync(
        _ notification: AsyncNotification, _ choice: WorkerChoice, _ sending: Sending, goesOn: Bool
    ) -> Bool {
        var record = notification.record
        asyncCounters.totalSizeNotificationsSent += UInt64(notification.size)
        if sending.status == .success { asyncCounters.sent += 1 } else { asyncCounters.sendFailed += 1 }
        end(&record, sending)
        worker.finish(WorkerStep(record: record, choice: choice))
        wakeWaits()
        guard worker.activate(queueIsEmpty: queue.notificationsCount == 0) else { return false }
        if !goesOn { wakeUps.append(.worker) }
        return goesOn
    }
}
