public import Messages

/// The complete state of one host's driver. Plain data: it takes no lock, reads no clock and calls nothing.
///
/// Driver: MP_DATA and everything that it points to.
struct DriverState {
    var config: DriverConfig
    let limits: DriverLimits
    var processes = ProcessTable()
    var endedProcesses = EndedProcesses()
    var streams = StreamTable()
    var policies = RulePolicySet()
    /// The loaded-drivers list (IMG-1).
    var drivers: [LoadedDriver] = []
    /// Bytes of their names.
    var driverTextBytes = 0
    /// The first 50 created processes (PRC-8).
    var bootProcesses: [BootProcess] = []
    var queue = AsyncQueueState()
    var worker = AsyncWorkerState()
    var gathering = BatchGathering()
    var channel = SyncChannelState()
    var syncCounters = [SyncCounters](repeating: SyncCounters(), count: 8)
    var asyncCounters = AsyncCounters()
    var directCounters = DirectCounters()
    var journal: Journal
    /// How many messages have come to their end.
    var endCount: UInt64 { endings.count }
    /// The messages that came to their end last.
    var endings: Endings
    var history: History
    var decisions: DecisionLog
    /// Bytes of the history and the decisions that were reported to `HistoryMemory`.
    var reportedBytes = 0
    /// When somebody last read the history or the decisions, on the wall's clock.
    var lastRead = FileTime.none
    /// The waits for the next message.
    var followers = Followers()
    /// The waits for the next change of a process.
    var processFollowers = ProcessFollowers()
    /// Calls that wait for room in the queue, in order of arrival.
    var roomWaits: [CallWait<Bool>] = []
    /// Calls that wait for the sync semaphore, by ticket.
    var permitWaits: [UInt64: PermitWait] = [:]
    /// How many calls have ever waited.
    var waitCount: UInt64 = 0
    /// Synchronous and direct messages that are being sent or wait for the semaphore.
    var inFlight = 0
    /// Set once the driver unloads; nothing waits after that.
    var isUnloading = false
    /// Set once new waits for messages, drains and room are refused.
    var endsWaits = false
    /// Work to do once the lock is released.
    var wakeUps: [WakeUp] = []
    /// The observers of messages, by id.
    var observers: [UInt64: any DeliveryObserver] = [:]
    /// How many observers there have ever been.
    var observerCount: UInt64 = 0
    /// Changes to be reported to the observers.
    var observed: [ObservedChange] = []
    /// Those of the queue.
    var observedQueue = ObservedQueue()

    init(config: DriverConfig, limits: DriverLimits) {
        self.config = config
        self.limits = limits
        journal = Journal(capacity: limits.journalCapacity, byteLimit: limits.journalBytes)
        endings = Endings(capacity: limits.journalCapacity)
        history = History(
            capacity: limits.historyBuckets,
            bucketTicks: UInt64(limits.historyBucketMilliseconds) * (FileTime.ticksPerSecond / 1000))
        decisions = DecisionLog(capacity: limits.decisions)
    }

    /// Work that a change of the state makes due. It runs on the host's work queue; followers are woken, and memory is
    /// reported, on the follower queue.
    enum WakeUp: Sendable {
        case worker
        case gathering(TimedWait<Void>, Duration)
        case gathered(TimedWait<Void>)
        case granted(TimedWait<NTStatus>, NTStatus)
        case steps(TimedWait<[WorkerStep]>, [WorkerStep])
        case drained(TimedWait<DrainResult>, DrainResult)
        case room(TimedWait<Bool>, Bool)
        case followers([Followers.Wakes])
        case memory(Int)
    }

    /// What is to be done once the lock is released.
    struct Due: Sendable {
        let observed: ObservedChanges?
        let wakeUps: [WakeUp]
    }

    /// Takes what is due; nil if nothing is.
    mutating func takeDue() -> Due? {
        if processFollowers.areBehind(processes.revisions.current) { wake(processFollowers.takeAll()) }
        let isObserved = !observed.isEmpty || observedQueue.isDue
        if !isObserved, wakeUps.isEmpty { return nil }
        defer { wakeUps = [] }
        return Due(observed: isObserved ? takeObserved() : nil, wakeUps: wakeUps)
    }

    private mutating func takeObserved() -> ObservedChanges {
        defer { (observed, observedQueue) = ([], ObservedQueue()) }
        return ObservedChanges(observed, observedQueue, for: observers)
    }
}

/// A kernel image that was loaded.
///
/// Driver: an entry of the list that `MpAddDriverInfo` keeps (IMG-1).
public struct LoadedDriver: Hashable, Sendable {
    /// The name as given.
    public let fullImageName: UnicodeString
    /// Address.
    public let imageBase: UInt64
    /// Bytes.
    public let imageSize: UInt64
}

/// One of the first 50 processes that were created (PRC-8).
public struct BootProcess: Hashable, Sendable {
    /// The process.
    public let process: AuxPidCreationTime
    /// Its parent.
    public let parent: AuxPidCreationTime
    /// Its image.
    public let imageFileName: UnicodeString
    /// Its command line.
    public let commandLine: UnicodeString
    /// Always 3.
    public let flag: UInt32 = 3

    /// How many are kept.
    static let limit = 50
}

// MARK: - Limits

extension DriverState {
    /// Throws `limitReached` if `more` additional bytes of names and command lines would exceed the limit.
    func checkText(_ more: Int) throws(DriverError) {
        if processes.textBytes + streams.textBytes + driverTextBytes + more > limits.textBytes {
            throw .limitReached(.textBytes)
        }
    }

    /// Throws `firstThread` if the id is reserved for the first thread of a process.
    func checkFirstThreads(_ id: UInt32) throws(DriverError) {
        if let processId = processes.processId(ofFirstThread: id) { throw .firstThread(id, of: processId) }
    }
}

// MARK: - Messages

extension DriverState {
    /// Records a message that the driver creates, and wakes those that wait for it.
    mutating func makeRecord(
        kind: EngineMessage.Kind, about subject: consuming MessageSubject?, content: consuming EngineMessage.Content,
        totalSize: Int, by run: RoutineRun, delivery: MessageRecord.Delivery, now: FileTime
    ) -> MessageRecord {
        let message = EngineMessage(
            sequence: journal.nextSequence, time: now, kind: kind, process: subject?.process,
            imageFileName: subject?.imageFileName, content: content, totalSize: totalSize, caller: run.caller)
        let record = MessageRecord(message: message, by: run, delivery: delivery)
        journal.append(record)
        if run.decision != 0 { decisions.update(run.decision) { $0.add(record.message.sequence) } }
        if delivery == .inHand { inFlight += 1 }
        wake(followers.take(.message))
        return record
    }

    /// Records that a message came to its end without being sent.
    mutating func end(_ record: inout MessageRecord, as delivery: MessageRecord.Delivery, now: FileTime) {
        record.endedAs = endings.append(record.message.sequence)
        record.endedAt = now
        record.delivery = delivery
        settle(record)
    }

    /// Records that the send of a message ended.
    mutating func end(_ record: inout MessageRecord, _ sending: Sending) {
        record.status = sending.status
        record.durationNanoseconds = sending.spent
        record.setOutcome(sending.reply, failure: sending.failure)
        end(&record, as: sending.status == .success ? .sent : .failed, now: sending.ended.time)
    }

    /// Records the new delivery state of a message, and wakes those that wait for it.
    mutating func settle(_ record: MessageRecord) {
        if record.message.kind != .async {
            inFlight -= 1
            if isUnloading { wakeWorker() }
        }
        if journal.store(record) { wake(followers.take(.delivery)) }
        if record.delivery.isFinal { observeEnd(of: record) }
    }

    /// Ends the waits that are not part of the driver's own work.
    mutating func endWaits() {
        endsWaits = true
        for wait in worker.removeDrains() { wakeUps.append(.drained(wait, drainResult)) }
        wakeRoomWaits()
        wake(followers.takeAll())
        wake(processFollowers.takeAll())
    }

    mutating func wake(_ wakes: [Followers.Wakes]) {
        if !wakes.isEmpty { wakeUps.append(.followers(wakes)) }
    }

    /// Numbers a message of the asynchronous structure and counts it for its process (ASY-2).
    mutating func makeAsyncMessage(
        _ operation: AsyncOperation, _ body: consuming AsyncBody, countedTo reference: ProcessReference?
    ) -> AsyncMessage {
        var number: Int64 = 0
        if operation.isNumbered {
            asyncCounters.asyncNotificationCount += 1
            number = asyncCounters.asyncNotificationCount
        }
        if let reference { processes.countNotification(of: reference) }
        return AsyncMessage(notificationNumber: number, operation: operation, body: body)
    }

    var counters: CountersSnapshot {
        CountersSnapshot(
            async: asyncCounters, direct: directCounters, queued: queue.notificationsCount,
            inHand: worker.inHand,
            totalSizeRemainingNotifications: queue.totalSizeRemainingNotifications, processes: processes.count,
            createThreadNotifyLock: processes.createThreadNotifyLock, inFlight: inFlight, syncByType: syncCounters)
    }
}
