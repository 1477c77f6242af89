import Messages

extension Driver {
    /// Creates a process and reports it to the engine before it may run: `MpCreateProcessNotifyRoutineEx`,
    /// `MpHandleProcessNotification`, `MpSendProcessMessage` (PRC-1 to PRC-5).
    ///
    /// Throws `processExists`, `firstThread` if the pid is reserved for some process's first thread, or `limitReached`.
    /// On an error nothing has changed.
    ///
    /// - Parameter grant: the result of `policyMatch` for the image; nil computes it here.
    public func createProcess(
        _ creation: ProcessCreation, grant: RulePolicy.Grant? = nil, caller: CallerTag? = nil,
        completion: @escaping @Sendable (ProcessCreationOutcome) -> Void
    ) throws(DriverError) {
        try notifyEngine(of: creation, grant, completion) { state, grant, now throws(DriverError) in
            try state.startCreation(creation, grant, caller, now: now)
        }
    }

    /// Adds a process whose creation was not observed: no message is sent, but policies apply. For recordings.
    ///
    /// Throws the errors of `createProcess`.
    @discardableResult
    public func synthesizeProcess(
        _ creation: ProcessCreation, grant: RulePolicy.Grant? = nil
    ) throws(DriverError) -> ProcessContext {
        let now = clock.now()
        let grant = grant ?? rulePolicySet.grant(for: creation.imageFileName)
        return try withState { state throws(DriverError) in
            let (reference, context) = try state.insertProcess(creation, grant, now: now)
            state.processes.update(reference) { $0.isSynthesized = true }
            if context.rules.contains(.notifyProcessCmdLine), state.config.createThreadNotifyRoutineEx {
                state.countIntoCreateThreadNotifyLock(reference)
            }
            return state.processes[reference] ?? context
        }
    }

    /// Completes a synthesized process with the details of its creation, and sends the creation's message now. For
    /// recordings, where a creation can appear milliseconds late.
    ///
    /// Rules and flags that were changed meanwhile are kept. Throws `unknownProcess` unless the pid belongs to a
    /// synthesized process.
    public func completeProcess(
        _ creation: ProcessCreation, grant: RulePolicy.Grant? = nil, caller: CallerTag? = nil,
        completion: @escaping @Sendable (ProcessCreationOutcome) -> Void
    ) throws(DriverError) {
        try notifyEngine(of: creation, grant, completion) { state, grant, now throws(DriverError) in
            try state.startCompletion(creation, grant, caller, now: now)
        }
    }

    /// Sends the message for the creation that `start` begins, bypassing the queue (PRC-2), and applies the engine's
    /// reply.
    private func notifyEngine(
        of creation: ProcessCreation, _ grant: RulePolicy.Grant?,
        _ completion: @escaping @Sendable (ProcessCreationOutcome) -> Void,
        _ start: (inout DriverState, RulePolicy.Grant, Moment) throws(DriverError) -> PendingCreation
    ) throws(DriverError) {
        let now = clock.moment()
        let grant = grant ?? rulePolicySet.grant(for: creation.imageFileName)
        let pending = try withState { state throws(DriverError) in try start(&state, grant, now) }
        sendDirect(pending.record, timeout: pending.timeout) { record in
            completion(self.withState { $0.finishCreation(pending, record) })
        }
    }

    /// Ends a process: removes its context, then queues a CreateProcess message with CreateFlag 0 (PRC-7).
    ///
    /// Throws `unknownProcess` or `systemProcess`.
    public func exitProcess(_ processId: UInt32, caller: CallerTag? = nil) throws(DriverError) -> [RoutineReport] {
        let now = clock.moment()
        return try withState { state throws(DriverError) in
            guard let reference = state.processes.reference(processId: processId),
                let context = state.processes[reference]
            else { throw .unknownProcess(processId) }
            if context.isSystem { throw .systemProcess }
            var report = RoutineReport(.createProcessNotifyEx)
            _ = report.note(.createInfo, false)
            // First the table, then the message: RefCount keeps the driver's context alive (COR-8).
            state.processes.remove(reference)
            state.endedProcesses.add(context.identity, endedAt: now.time)
            state.observeExit(of: context.identity, at: now.time)
            let run = state.begin(
                .createProcessNotifyEx, on: DecisionSubject(event: .processExit, processId: processId),
                image: context.imageFileName, caller: caller, now: now)
            report.messages = [
                state.asyncSendNotification(
                    .createProcess, context.notify(createFlag: false), about: context.subject, countedTo: nil, by: run,
                    now: now)
            ]
            state.record(report, of: run, isOver: true)
            return [report]
        }
    }
}

/// A creation that waits for the engine.
private struct PendingCreation: Sendable {
    let reference: ProcessReference
    /// The process as reported to the engine.
    let created: ProcessContext
    let record: MessageRecord
    let timeout: Duration
    let run: RoutineRun
    /// Whether the machine has the Ex routine; the setting may change while the engine thinks.
    let hasExRoutine: Bool
    let report: RoutineReport
}

extension DriverState {
    fileprivate mutating func insertProcess(
        _ creation: ProcessCreation, _ grant: RulePolicy.Grant, now: FileTime
    ) throws(DriverError) -> (ProcessReference, ProcessContext) {
        if let processId = creation.processId {
            if processes.reference(processId: processId) != nil { throw .processExists(processId) }
            if !creation.replacesThread { try checkFirstThreads(processId) }
        }
        if processes.count >= limits.processes { throw .limitReached(.processes) }
        let processId = creation.processId ?? processes.lowestFreeId()
        let context = makeContext(
            creation, grant, processId: processId, now: endedProcesses.creationTime(of: processId, at: now))
        try checkText(context.textBytes)
        processes.endReservation(of: processId)
        let reference = processes.insert(context)
        return (reference, processes[live: reference])
    }

    fileprivate mutating func startCreation(
        _ creation: ProcessCreation, _ grant: RulePolicy.Grant, _ caller: CallerTag?, now: Moment
    ) throws(DriverError) -> PendingCreation {
        let (reference, context) = try insertProcess(creation, grant, now: now.time)
        return pendingCreation(of: reference, context, caller, now: now)
    }

    fileprivate mutating func startCompletion(
        _ creation: ProcessCreation, _ grant: RulePolicy.Grant, _ caller: CallerTag?, now: Moment
    ) throws(DriverError) -> PendingCreation {
        let processId = creation.processId ?? 0
        guard let reference = processes.reference(processId: processId), var context = processes[reference],
            context.isSynthesized
        else { throw .unknownProcess(processId) }
        let recreated = makeContext(creation, grant, processId: processId, now: now.time)
        try checkText(recreated.textBytes - context.textBytes)
        context.isSynthesized = false
        if recreated.imageFileName != context.imageFileName {
            // The first record of the process gave a name that was not its image. Now the image is known, and so are
            // its rules.
            context.rules.formUnion(recreated.rules)
            context.flags.formUnion(recreated.flags.subtracting(.threadNotifyRoutineExSet))
        }
        context.imageFileName = recreated.imageFileName
        context.processCmdLine = recreated.processCmdLine
        context.currentCommandLine = recreated.currentCommandLine
        context.sessionId = recreated.sessionId
        context.parent = recreated.parent
        context.creator = recreated.creator
        context.token = recreated.token
        context.hasServiceSid = recreated.hasServiceSid
        return pendingCreation(
            of: reference, processes.replace(reference, with: context) ?? context, caller, now: now)
    }

    private mutating func pendingCreation(
        of reference: ProcessReference, _ context: ProcessContext, _ caller: CallerTag?, now: Moment
    ) -> PendingCreation {
        let run = begin(
            .createProcessNotifyEx,
            on: DecisionSubject(event: .processCreate, processId: context.identity.processId),
            image: context.imageFileName, caller: caller, now: now)
        var report = RoutineReport(.createProcessNotifyEx)
        _ = report.note(.createInfo, true)
        let hasExRoutine = config.createThreadNotifyRoutineEx
        _ = report.note(.hasCreateThreadNotifyRoutineEx, hasExRoutine)
        let direct = makeDirect(
            .createProcess, context.notify(createFlag: true), about: reference, by: run, now: now)
        record(report, of: run, isOver: false)
        return PendingCreation(
            reference: reference, created: context, record: direct, timeout: config.maxProcessCreationMessageTimeout,
            run: run, hasExRoutine: hasExRoutine, report: report)
    }

    /// Applies the engine's reply (PRC-3). A denied process is removed (PRC-4); any other is counted in
    /// CreateThreadNotifyLock by PRC-5 and kept as a boot process by PRC-8.
    fileprivate mutating func finishCreation(
        _ pending: PendingCreation, _ message: MessageRecord
    ) -> ProcessCreationOutcome {
        var report = pending.report
        defer { record(report, of: pending.run, isOver: true) }
        report.messages = [message]
        let answer = processAnswer(to: message)
        if report.note(.accessDenied, answer.accessDenied, at: message.missingAnswer) {
            processes.remove(pending.reference)
            endedProcesses.add(pending.created.identity, endedAt: nil)
            return ProcessCreationOutcome(process: nil, routines: [report])
        }
        // The context lives until the routine ends, even if the process exits meanwhile (COR-8).
        var context = processes[pending.reference] ?? pending.created
        if let rules = answer.processRules { context.rules = ProcessRules(rawValue: rules) }
        if let flags = answer.processFlags {
            let kept = context.flags.intersection(.threadNotifyRoutineExSet)
            context.flags = ProcessFlags(rawValue: flags).union(kept)
        }
        context = processes.replace(pending.reference, with: context) ?? context
        if pending.hasExRoutine,
            report.note(.ruleNotifyProcessCmdLineAtCreation, .notifyProcessCmdLine, in: context.rules)
        {
            countIntoCreateThreadNotifyLock(pending.reference)
            context = processes[pending.reference] ?? context
        }
        if bootProcesses.count < BootProcess.limit {
            bootProcesses.append(
                BootProcess(
                    process: context.identity, parent: context.parent, imageFileName: context.imageFileName,
                    commandLine: context.processCmdLine))
        }
        return ProcessCreationOutcome(process: context, routines: [report])
    }

    /// The engine's answer to CreateProcess. An invalid reply is counted and otherwise ignored (PRC-3).
    private mutating func processAnswer(to record: MessageRecord) -> CreateProcessAnswer {
        guard record.status == .success, let reading = record.reply?.reading else { return CreateProcessAnswer() }
        if reading.fault != nil { directCounters.fltSendMessageReplyBufferMismatch += 1 }
        return reading.creation ?? CreateProcessAnswer()
    }
}

extension MessageRecord {
    /// Why CreateProcess has no answer, for the value of the check; 0 if it has one.
    fileprivate var missingAnswer: UInt32 {
        if status != .success { return status.rawValue }
        return reply?.reading.fault == nil ? 0 : CheckedValues.unreadable
    }
}
