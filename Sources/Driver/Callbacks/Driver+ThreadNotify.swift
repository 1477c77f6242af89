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
        let now = clock.now()
        let start = try withState { state throws(DriverError) in try state.startThread(creation, caller, now: now) }
        guard let notification = start.decision.notification else {
            return finishThread(start.event, start.decision.report, start.ex, completion: completion)
        }
        sendSyncMonitorNotification(notification) { record in
            let now = self.clock.now()
            let (report, ex) = self.withState { $0.finishNotify(start, record, now: now) }
            self.finishThread(start.event, report, ex, completion: completion)
        }
    }

    private func finishThread(
        _ event: ThreadEvent, _ report: RoutineReport, _ ex: ThreadDecision?,
        completion: @escaping @Sendable (ThreadCreationOutcome) -> Void
    ) {
        guard let ex else { return completion(event.outcome([report])) }
        guard let notification = ex.notification else { return completion(event.outcome([report, ex.report])) }
        sendSyncMonitorNotification(notification) { record in
            var exReport = ex.report
            exReport.messages = [record]
            completion(event.outcome([report, exReport]))
        }
    }

    /// Deletes a thread. Both routines run and ignore it, because Create is false.
    ///
    /// Throws `unknownProcess` or `unknownThread`.
    public func deleteThread(_ threadId: UInt32, of processId: UInt32) throws(DriverError) -> [RoutineReport] {
        try withState { state throws(DriverError) in
            guard let reference = state.processes.reference(processId: processId) else {
                throw .unknownProcess(processId)
            }
            guard state.processes.creationTime(ofThread: threadId, of: reference) != nil else {
                throw .unknownThread(threadId)
            }
            state.processes.removeThread(threadId)
            var report = RoutineReport(.createThreadNotify)
            _ = report.note(.create, false)
            guard state.config.createThreadNotifyRoutineEx else { return [report] }
            var ex = RoutineReport(.createThreadNotifyEx)
            if ex.noteLock(of: state.processes) { _ = ex.note(.createEx, false) }
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

    func outcome(_ routines: [RoutineReport]) -> ThreadCreationOutcome {
        ThreadCreationOutcome(thread: thread, processId: targetProcess.processId, routines: routines)
    }
}

/// The decision of a routine, made once, at entry (THR-5).
private struct ThreadDecision: Sendable {
    var report: RoutineReport
    var notification: SyncNotification?
    /// The asynchronous message that follows the synchronous one (THR-4).
    var createThread: ThreadNotify?
}

private struct ThreadStart: Sendable {
    let event: ThreadEvent
    let decision: ThreadDecision
    /// The decision of the Ex routine, if the first routine sends nothing.
    let ex: ThreadDecision?
}

extension DriverState {
    fileprivate mutating func startThread(
        _ creation: ThreadCreation, _ caller: CallerTag?, now: FileTime
    ) throws(DriverError) -> ThreadStart {
        guard let target = processes.reference(processId: creation.processId), let context = processes[target] else {
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
            threadId: creation.threadId ?? processes.lowestFreeId(), creationTime: creation.creationTime ?? now)
        processes.insertThread(thread, of: target)

        let event = ThreadEvent(
            thread: thread, target: target, targetProcess: context.identity, creator: creator,
            ioPriority: creation.ioPriority, caller: caller)
        let decision = decideNotify(event, creation, currentThread: currentThread)
        let ex = decision.notification == nil ? decideNotifyEx(event) : nil
        return ThreadStart(event: event, decision: decision, ex: ex)
    }

    /// The thread that the first routine runs on.
    private mutating func currentThread(
        of creator: ProcessReference?, named: UInt32?, creating: UInt32?
    ) -> AuxTidCreationTime {
        guard let creator else { return AuxTidCreationTime(threadId: named ?? 0, creationTime: .none) }
        let threadId = named ?? processes.initialThreadId(of: creator, otherThan: creating)
        let creationTime =
            processes.creationTime(ofThread: threadId, of: creator) ?? processes[creator]?.identity.creationTime
            ?? .none
        return AuxTidCreationTime(threadId: threadId, creationTime: creationTime)
    }

    /// `MpCreateThreadNotifyRoutine`, in the context of the creating thread (THR-1 to THR-4).
    private func decideNotify(
        _ event: ThreadEvent, _ creation: ThreadCreation, currentThread: AuxTidCreationTime
    ) -> ThreadDecision {
        var decision = ThreadDecision(report: RoutineReport(.createThreadNotify))
        let target = creation.processId
        guard decision.report.note(.create, true),
            decision.report.note(.targetIsNotSystem, target != ProcessContext.systemProcessId, at: target),
            decision.report.note(.isNotSystemThread, !creation.creatorIsSystemThread),
            decision.report.note(.creatorContext, event.creator != nil, at: creation.currentProcessId),
            let creator = event.creator, let context = processes[creator]
        else { return decision }
        let data: SyncData
        if decision.report.note(.sameProcess, creator == event.target, at: target) {
            guard decision.report.note(.ruleNewThreadSameProcess, .notifyNewThreadSameProcess, in: context.rules)
            else { return decision }
            data = .newThreadSameProcess(
                ThreadNotifySyncMessage(
                    createdThread: event.thread, currentThread: currentThread, process: context.identity,
                    threadStartAddress: creation.startAddress))
        } else {
            guard
                decision.report.note(
                    .ruleNewThreadDifferentProcess, .notifyNewThreadDifferentProcess, in: context.rules)
            else { return decision }
            data = .newThreadDifferentProcess(targetProcess: event.targetProcess)
            decision.createThread = ThreadNotify(
                currentProcess: context.identity, currentThreadId: currentThread.threadId,
                createdThreadProcess: event.targetProcess,
                createdThread: AuxTidCreationTime(
                    threadId: event.thread.threadId, creationTime: creation.creationTime ?? .none),
                imageFileName: imageFileName(creator: context, target: event.target))
        }
        decision.notification = SyncNotification(
            message: SyncMessage(ioPriority: event.ioPriority, currentProcess: context.identity, data: data),
            imageFileName: context.imageFileName, rule: .process(creator), routine: .createThreadNotify,
            caller: event.caller)
        return decision
    }

    /// The image name in a CreateThread: the creator's in the text of the analysis, the target's in its only dump
    /// (THR-4).
    private func imageFileName(creator: ProcessContext, target: ProcessReference) -> String {
        switch config.createThreadImageFileName {
        case .creator: creator.imageFileName
        case .target: processes[target]?.imageFileName ?? ""
        }
    }

    /// Ends the first routine, whether or not its synchronous message was answered (THR-4), and starts the Ex routine
    /// (TEX-3).
    fileprivate mutating func finishNotify(
        _ start: ThreadStart, _ record: MessageRecord, now: FileTime
    ) -> (RoutineReport, ThreadDecision?) {
        var report = start.decision.report
        report.messages = [record]
        if let notify = start.decision.createThread, let notification = start.decision.notification {
            report.messages.append(
                asyncSendNotification(
                    .createThread, .thread(notify), about: notification.subject, countedTo: start.event.creator,
                    routine: .createThreadNotify, caller: start.event.caller, now: now))
        }
        return (report, decideNotifyEx(start.event))
    }

    /// `MpCreateThreadNotifyRoutineEx`, on the new thread (TEX-1, TEX-2). Nil if Windows does not have the callback.
    private mutating func decideNotifyEx(_ event: ThreadEvent) -> ThreadDecision? {
        guard config.createThreadNotifyRoutineEx else { return nil }
        var decision = ThreadDecision(report: RoutineReport(.createThreadNotifyEx))
        let context = processes[event.target]
        let current = event.targetProcess.processId
        guard decision.report.noteLock(of: processes), decision.report.note(.createEx, true),
            decision.report.note(.currentIsNotSystem, current != ProcessContext.systemProcessId, at: current),
            decision.report.note(.currentContext, context != nil, at: current), let context,
            decision.report.note(.flagThreadNotifyRoutineExSet, .threadNotifyRoutineExSet, in: context.flags),
            decision.report.note(.ruleNotifyProcessCmdLine, .notifyProcessCmdLine, in: context.rules)
        else { return decision }
        processes.createThreadNotifyLock -= 1
        processes.update(event.target) { _ = $0.flags.remove(.threadNotifyRoutineExSet) }
        if decision.report.note(
            .commandLineDiffers, current: context.currentCommandLine, differsFrom: context.processCmdLine)
        {
            let data = SyncData.newThreadAndCmdLine(
                commandLine: context.processCmdLine, currentCommandLine: context.currentCommandLine)
            decision.notification = SyncNotification(
                message: SyncMessage(ioPriority: event.ioPriority, currentProcess: context.identity, data: data),
                imageFileName: context.imageFileName, rule: .process(event.target), routine: .createThreadNotifyEx,
                caller: event.caller)
        }
        return decision
    }
}

extension RoutineReport {
    /// Records CreateThreadNotifyLock, and returns whether some process has yet to be checked.
    fileprivate mutating func noteLock(of processes: ProcessTable) -> Bool {
        let lock = processes.createThreadNotifyLock
        return note(.createThreadNotifyLock, lock != 0, at: UInt32(clamping: lock))
    }
}
