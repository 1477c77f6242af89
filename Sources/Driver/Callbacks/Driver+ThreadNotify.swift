import Messages

extension Driver {
    /// Creates a thread: `MpCreateThreadNotifyRoutine`, then `MpCreateThreadNotifyRoutineEx` (THR, TEX).
    ///
    /// Throws `unknownProcess` for the target, `threadExists`, `firstThread` or `limitReached`. On an error nothing has
    /// changed.
    public func createThread(
        _ creation: ThreadCreation, caller: CallerTag? = nil,
        completion: @escaping @Sendable (ThreadCreationOutcome) -> Void
    ) throws(DriverError) {
        let now = clock.moment()
        // Written where the completion gets them, because reports are large.
        var reports: [RoutineReport] = []
        reports.reserveCapacity(2)
        reports.append(RoutineReport(.createThreadNotify))
        let (event, step) = try withState { state throws(DriverError) in
            try state.startThread(creation, caller, &reports, now: now)
        }
        guard case .notify(let notify) = step else { return finish(event, reports, step, completion: completion) }
        sendSyncMonitorNotification(notify.sync) { [reports] record in
            var reports = reports
            let now = self.clock.moment()
            let step = self.withState { $0.finishNotify(event, notify, record, &reports, now: now) }
            self.finish(event, reports, step, completion: completion)
        }
    }

    /// Sends the message of the Ex routine, if it has one.
    private func finish(
        _ event: ThreadEvent, _ reports: [RoutineReport], _ step: ThreadStep,
        completion: @escaping @Sendable (ThreadCreationOutcome) -> Void
    ) {
        guard case .notifyEx(let notify) = step else { return completion(event.outcome(reports)) }
        sendSyncMonitorNotification(notify.sync) { record in
            var reports = reports
            reports[1].add(record)
            self.finish(notify.sync.run)
            completion(event.outcome(reports))
        }
    }

    /// Deletes a thread. Both routines run and ignore it, because Create is false.
    ///
    /// Throws `unknownProcess` or `unknownThread`.
    public func deleteThread(_ threadId: UInt32, of processId: UInt32) throws(DriverError) -> [RoutineReport] {
        let now = clock.moment()
        return try withState { state throws(DriverError) in
            guard let reference = state.processes.reference(processId: processId) else {
                throw .unknownProcess(processId)
            }
            guard state.processes.creationTime(ofThread: threadId, of: reference) != nil else {
                throw .unknownThread(threadId)
            }
            state.processes.removeThread(threadId)
            let subject = DecisionSubject(
                event: .threadExit, processId: processId, targetProcessId: processId, threadId: threadId)
            var report = RoutineReport(.createThreadNotify)
            _ = report.note(.create, false)
            state.decide(report, of: state.nextRun(of: .createThreadNotify), on: subject, now: now, isOver: true)
            guard state.config.createThreadNotifyRoutineEx else { return [report] }
            var ex = RoutineReport(.createThreadNotifyEx)
            if ex.noteLock(of: state.processes) { _ = ex.note(.createEx, false) }
            state.decide(ex, of: state.nextRun(of: .createThreadNotifyEx), on: subject, now: now, isOver: true)
            return [report, ex]
        }
    }
}

/// A thread creation in progress.
private struct ThreadEvent: Sendable {
    let thread: AuxTidCreationTime
    let target: ProcessReference
    let targetProcess: AuxPidCreationTime
    let creator: ProcessReference?
    let ioPriority: MpIoPriority
    let caller: CallerTag?
    let creatorProcessId: UInt32

    var subject: DecisionSubject {
        DecisionSubject(
            event: .threadCreate, processId: creatorProcessId, targetProcessId: targetProcess.processId,
            threadId: thread.threadId)
    }

    func outcome(_ routines: [RoutineReport]) -> ThreadCreationOutcome {
        ThreadCreationOutcome(thread: thread, processId: targetProcess.processId, routines: routines)
    }
}

/// What follows the decisions of the routines, which they make once, at entry (THR-5).
private enum ThreadStep: Sendable {
    /// Nothing.
    case done
    /// The first routine sends its messages; after that, the Ex routine runs.
    case notify(ThreadNotification)
    /// The Ex routine sends its message.
    case notifyEx(ThreadNotification)
}

private final class ThreadNotification: Sendable {
    let sync: SyncNotification
    /// The asynchronous message that follows the synchronous one (THR-4).
    let createThread: ThreadNotify?

    init(_ sync: SyncNotification, createThread: ThreadNotify? = nil) {
        self.sync = sync
        self.createThread = createThread
    }
}

extension DriverState {
    fileprivate mutating func startThread(
        _ creation: ThreadCreation, _ caller: CallerTag?, _ reports: inout [RoutineReport], now: Moment
    ) throws(DriverError) -> (ThreadEvent, ThreadStep) {
        guard let target = processes.reference(processId: creation.processId) else {
            throw .unknownProcess(creation.processId)
        }
        if let threadId = creation.threadId {
            if !creation.replacesThread {
                if processes.hasThread(threadId) { throw .threadExists(threadId) }
                try checkFirstThreads(threadId)
            }
            processes.removeThread(threadId)
            processes.endReservation(of: threadId)
        }
        if processes.threadCount >= limits.threads { throw .limitReached(.threads) }
        let creator = processes.reference(processId: creation.currentProcessId)
        let currentThread = currentThread(of: creator, named: creation.creatorThreadId, creating: creation.threadId)
        let thread = AuxTidCreationTime(
            threadId: creation.threadId ?? processes.lowestFreeId(), creationTime: creation.creationTime ?? now.time)
        processes.insertThread(thread, of: target)

        let event = ThreadEvent(
            thread: thread, target: target, targetProcess: processes[live: target].identity, creator: creator,
            ioPriority: creation.ioPriority, caller: caller, creatorProcessId: creation.currentProcessId)
        let run = nextRun(of: .createThreadNotify, caller)
        let notify = decideNotify(event, creation, &reports[0], run, currentThread: currentThread)
        decide(reports[0], of: run, on: event.subject, now: now, isOver: notify == nil)
        if let notify { return (event, .notify(notify)) }
        return (event, decideNotifyEx(event, &reports, now: now))
    }

    /// The thread that the first routine runs on.
    private mutating func currentThread(
        of creator: ProcessReference?, named: UInt32?, creating: UInt32?
    ) -> AuxTidCreationTime {
        guard let creator else { return AuxTidCreationTime(threadId: named ?? 0, creationTime: .none) }
        let threadId = named ?? processes.initialThreadId(of: creator, otherThan: creating)
        // The id that the host chose is reserved, so it is not that of a created thread.
        let created = named.flatMap { processes.creationTime(ofThread: $0, of: creator) }
        return AuxTidCreationTime(
            threadId: threadId, creationTime: created ?? processes[live: creator].identity.creationTime)
    }

    /// `MpCreateThreadNotifyRoutine`, in the context of the creating thread (THR-1 to THR-4).
    private func decideNotify(
        _ event: ThreadEvent, _ creation: ThreadCreation, _ report: inout RoutineReport, _ run: RoutineRun,
        currentThread: AuxTidCreationTime
    ) -> ThreadNotification? {
        let target = creation.processId
        guard report.note(.create, true),
            report.note(.targetIsNotSystem, target != ProcessContext.systemProcessId, at: target),
            report.note(.isNotSystemThread, !creation.creatorIsSystemThread),
            report.note(.creatorContext, event.creator != nil, at: creation.currentProcessId),
            let creator = event.creator
        else { return nil }
        let rules = processes[live: creator].rules
        let isSameProcess = report.note(.sameProcess, creator == event.target, at: target)
        guard
            isSameProcess
                ? report.note(.ruleNewThreadSameProcess, .notifyNewThreadSameProcess, in: rules)
                : report.note(.ruleNewThreadDifferentProcess, .notifyNewThreadDifferentProcess, in: rules)
        else { return nil }
        let subject = processes[live: creator].subject
        func notification(_ data: SyncData) -> SyncNotification {
            SyncNotification(
                message: SyncMessage(ioPriority: event.ioPriority, currentProcess: subject.process, data: data),
                imageFileName: subject.imageFileName, rule: .process(creator), run: run)
        }
        if isSameProcess {
            let message = ThreadNotifySyncMessage(
                createdThread: event.thread, currentThread: currentThread, process: subject.process,
                threadStartAddress: creation.startAddress)
            return ThreadNotification(notification(.newThreadSameProcess(message)))
        }
        let createThread = ThreadNotify(
            currentProcess: subject.process, currentThreadId: currentThread.threadId,
            createdThreadProcess: event.targetProcess,
            createdThread: AuxTidCreationTime(
                threadId: event.thread.threadId, creationTime: creation.creationTime ?? .none),
            imageFileName: imageFileName(creator: creator, target: event.target))
        return ThreadNotification(
            notification(.newThreadDifferentProcess(targetProcess: event.targetProcess)), createThread: createThread)
    }

    /// The image name in a CreateThread: the creator's in the text of the analysis, the target's in its only dump
    /// (THR-4).
    private func imageFileName(creator: ProcessReference, target: ProcessReference) -> UnicodeString {
        switch config.createThreadImageFileName {
        case .creator: processes[live: creator].imageFileName
        case .target: processes[live: target].imageFileName
        }
    }

    /// Ends the first routine, whether or not its synchronous message was answered (THR-4), and starts the Ex routine
    /// (TEX-3).
    fileprivate mutating func finishNotify(
        _ event: ThreadEvent, _ notify: ThreadNotification, _ message: MessageRecord, _ reports: inout [RoutineReport],
        now: Moment
    ) -> ThreadStep {
        reports[0].add(message)
        if let createThread = notify.createThread {
            reports[0].add(
                asyncSendNotification(
                    .createThread, .thread(createThread), about: notify.sync.subject, countedTo: event.creator,
                    by: notify.sync.run, now: now))
        }
        record(reports[0], of: notify.sync.run, isOver: true)
        return decideNotifyEx(event, &reports, now: now)
    }

    /// `MpCreateThreadNotifyRoutineEx`, on the new thread (TEX-1, TEX-2). Adds no report if Windows does not have the
    /// callback.
    private mutating func decideNotifyEx(
        _ event: ThreadEvent, _ reports: inout [RoutineReport], now: Moment
    ) -> ThreadStep {
        guard config.createThreadNotifyRoutineEx else { return .done }
        reports.append(RoutineReport(.createThreadNotifyEx))
        let run = nextRun(of: .createThreadNotifyEx, event.caller)
        let notify = decideNotifyEx(event, &reports[1], run)
        decide(reports[1], of: run, on: event.subject, now: now, isOver: notify == nil)
        return notify.map { .notifyEx($0) } ?? .done
    }

    private mutating func decideNotifyEx(
        _ event: ThreadEvent, _ report: inout RoutineReport, _ run: RoutineRun
    ) -> ThreadNotification? {
        let current = event.targetProcess.processId
        guard report.noteLock(of: processes), report.note(.createEx, true),
            report.note(.currentIsNotSystem, current != ProcessContext.systemProcessId, at: current),
            report.note(.currentContext, processes.isLive(event.target), at: current),
            report.note(
                .flagThreadNotifyRoutineExSet, .threadNotifyRoutineExSet, in: processes[live: event.target].flags),
            report.note(.ruleNotifyProcessCmdLine, .notifyProcessCmdLine, in: processes[live: event.target].rules),
            let context = processes[event.target]
        else { return nil }
        processes.createThreadNotifyLock -= 1
        processes.update(event.target) { _ = $0.flags.remove(.threadNotifyRoutineExSet) }
        guard
            report.note(
                .commandLineDiffers, current: context.currentCommandLine, differsFrom: context.processCmdLine)
        else { return nil }
        let data = SyncData.newThreadAndCmdLine(
            commandLine: context.processCmdLine, currentCommandLine: context.currentCommandLine)
        return ThreadNotification(
            SyncNotification(
                message: SyncMessage(ioPriority: event.ioPriority, currentProcess: context.identity, data: data),
                imageFileName: context.imageFileName, rule: .process(event.target), run: run))
    }
}

extension RoutineReport {
    /// Records CreateThreadNotifyLock, and returns whether some process has yet to be checked.
    fileprivate mutating func noteLock(of processes: ProcessTable) -> Bool {
        let lock = processes.createThreadNotifyLock
        return note(.createThreadNotifyLock, lock != 0, at: UInt32(clamping: lock))
    }
}
