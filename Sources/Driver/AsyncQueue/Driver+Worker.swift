import Messages
import Synchronization

extension Driver {
    /// One turn of the worker: takes a message, sends it, and schedules the next turn. `MpAsyncpWorkerThread` (ASY-5 to
    /// ASY-7). Runs on the work queue; no thread is blocked while the engine has the message. If the engine takes batches,
    /// a turn is one of them, with one choice a message (decision 39).
    ///
    /// If the engine answers later, on a thread of its own, that thread goes on with the next turn at once. An engine that
    /// answers before `send` returns gets a new turn of the queue for each message, so the stack does not grow.
    func runWorker() {
        let now = clock.moment()
        let batches = engine.batches
        guard let (taken, timeout) = withState({ $0.takeForWorker(batches?.limits, now: now) }) else { return }
        let sequence = taken[0].message.sequence
        let started = clock.uptimeNanoseconds()
        handingOver.store(sequence, ordering: .relaxed)
        if let batches {
            batches.send(taken.map(\.message), timeout: timeout) { self.finishTurn(taken, $0, started: started) }
        } else {
            engine.send(taken[0].message, timeout: timeout) {
                self.finishTurn(taken, CollectionOfOne($0), started: started)
            }
        }
        _ = handingOver.compareExchange(expected: sequence, desired: 0, ordering: .relaxed)
    }

    /// Ends a turn with the results of the first messages, and goes on with the next one.
    private func finishTurn(_ taken: [TakenMessage], _ results: some Collection<EngineResult>, started: UInt64) {
        let spent = clock.uptimeNanoseconds() &- started
        let ended = clock.moment()
        let goesOn = handingOver.load(ordering: .relaxed) != taken[0].message.sequence
        let hasNext = withState { state in
            for (message, result) in zip(taken, results) {
                state.finishAsync(message, Sending(result, of: message.message, spent: spent, ended: ended))
            }
            return state.finishTurn(rest: taken[results.count...], goesOn: goesOn)
        }
        if hasNext { runWorker() }
    }

    /// Lets the worker ask the engine how it takes messages. The engine behind the port was replaced: a batch that is being
    /// gathered waits no longer.
    public func engineChanged() {
        withState { state in
            state.cutGatheringShort()
            state.gathering.limits = nil
            state.wakeWorker()
        }
    }

    /// Starts the timer of a batch.
    func gather(_ timer: TimedWait<Void>, _ delay: Duration) {
        timer.start(timers, timeout: delay) {
            self.withState { state in
                state.gathering.expire(timer)
                state.wakeWorker()
            }
        }
    }

    /// Pauses or resumes the worker. A message in hand is always finished.
    ///
    /// Throws `workerStopped` once the driver unloads.
    public func setWorker(paused: Bool) throws(DriverError) {
        let now = clock.moment()
        try withState { state throws(DriverError) in
            if state.worker.mode == .stopped { throw .workerStopped }
            state.worker.setMode(paused ? .paused : .running)
            state.note(at: now)
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
            state.wakeWorker()
            return false
        }
        if isOver { completion() }
    }
}

extension DriverState {
    var drainResult: DrainResult {
        let remaining = queue.notificationsCount + worker.inHand
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
        if activateWorker() { wakeUps.append(.worker) }
    }

    /// Schedules the wake-ups of finished steps, drains and shutdowns.
    private mutating func wakeWaits() {
        let isEmpty = queue.notificationsCount == 0
        for (wait, records) in worker.finishedSteps(queueIsEmpty: isEmpty) { wakeUps.append(.steps(wait, records)) }
        let over = worker.finishedDrains(queueIsEmpty: isEmpty) + worker.finishedShutdowns(inFlight: inFlight)
        for wait in over { wakeUps.append(.drained(wait, drainResult)) }
    }

    /// Takes the messages of a turn from an engine with these limits: one, or as many as a batch may have.
    fileprivate mutating func takeForWorker(_ limits: BatchLimits?, now: Moment) -> ([TakenMessage], Duration)? {
        gathering.limits = limits
        let count = worker.beginTurn(queued: queue.notificationsCount, isDue: isBatchDue, most: gathering.most)
        var taken = worker.takeRest(most: gathering.most)
        taken.reserveCapacity(taken.count + count)
        for _ in 0..<count { if let next = takeNext() { taken.append(next) } }
        if taken.isEmpty {
            wakeWorker()
            return nil
        }
        note(at: now)
        wakeRoomWaits()
        observeQueue(at: now.time)
        if queue.notificationsCount == 0 { stopGathering() }
        for index in taken.indices {
            taken[index].notification.record.delivery = .inHand
            taken[index].notification.record.sentAt = now.time
            settle(taken[index].notification.record)
        }
        return (taken, config.asyncTimeout)
    }

    private mutating func takeNext() -> TakenMessage? {
        let counter = queue.starvationCounter
        let limit = config.asyncStarvationLimit
        guard let notification = queue.takeNext(starvationLimit: limit) else { return nil }
        let choice = WorkerChoice(
            isHighPriority: notification.isHighPriority, counterBefore: counter, counterAfter: queue.starvationCounter,
            limit: limit)
        return TakenMessage(notification: notification, choice: choice)
    }

    /// Records the end of one of the worker's messages.
    fileprivate mutating func finishAsync(_ message: TakenMessage, _ sending: Sending) {
        var record = message.notification.record
        asyncCounters.totalSizeNotificationsSent += UInt64(message.notification.size)
        if sending.status == .success { asyncCounters.sent += 1 } else { asyncCounters.sendFailed += 1 }
        note(at: sending.ended) { counts in
            if sending.status == .success { counts.sent += 1 } else { counts.sendFailed += 1 }
            counts.addLatency(nanoseconds: sending.spent)
        }
        end(&record, sending)
        worker.finish(WorkerStep(record: record, choice: message.choice))
    }

    /// Ends a turn of which `unsent` messages were not sent. Returns whether the caller runs the next turn: if there is one and
    /// the caller `goesOn`; otherwise the turn is scheduled.
    fileprivate mutating func finishTurn(rest unsent: ArraySlice<TakenMessage>, goesOn: Bool) -> Bool {
        worker.endTurn(rest: unsent)
        wakeWaits()
        guard activateWorker() else { return false }
        if !goesOn { wakeUps.append(.worker) }
        return goesOn
    }

    // MARK: Batches

    /// Whether queued messages are to be sent now: a batch is full or has waited long enough, a call waits for them, or the
    /// queue has no room for more.
    private var isBatchDue: Bool {
        gathering.isDue(count: queue.notificationsCount) || worker.isDraining || !hasQueueRoom
    }

    /// Schedules a turn of the worker; returns whether there is one to run. If messages wait for others, starts their timer.
    mutating func activateWorker() -> Bool {
        let isEmpty = queue.notificationsCount == 0
        if !isEmpty, worker.mode == .running, let (timer, delay) = gathering.begin() {
            wakeUps.append(.gathering(timer, delay))
        }
        return worker.activate(queueIsEmpty: isEmpty, isDue: isBatchDue)
    }

    /// Lets the messages that are being gathered wait no longer.
    mutating func cutGatheringShort() {
        if let timer = gathering.cutShort() { wakeUps.append(.gathered(timer)) }
    }

    private mutating func stopGathering() {
        if let timer = gathering.end() { wakeUps.append(.gathered(timer)) }
    }
}
