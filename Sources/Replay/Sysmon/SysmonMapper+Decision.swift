import Driver
import Messages

extension SysmonMapper {
    /// The decision about an event.
    enum Decision {
        case apply(EventPlan)
        case skip(SkipReason)
        case reject(LineFault)
    }

    /// Decides an event whose pids are known, from their entries in the driver's table.
    mutating func decide(_ event: SysmonEvent, live: LiveProcesses) -> Decision {
        var draft = PlanDraft(live: live)
        let skip: SkipReason?
        do throws(LineFault) { skip = try plan(event, &draft) } catch { return .reject(error) }
        guard skip == nil, let type = event.type else { return .skip(skip ?? .unmappedEvent) }
        for process in draft.ended { note(.exited, of: process) }
        return .apply(EventPlan(line: event.line, type: type, time: event.time, calls: draft.calls))
    }

    private func plan(_ event: SysmonEvent, _ draft: inout PlanDraft) throws(LineFault) -> SkipReason? {
        switch event.kind {
        case .mention(let reason): return reason
        case .processExit: return try planExit(event, &draft)
        case .processCreate(let creation): return try planCreation(event, creation, &draft)
        case .driverLoad(let name): return planDriverLoad(name, &draft)
        case .imageLoad(let name): return planLoad(name, event, &draft)
        case .remoteThread(let threadId, let startAddress):
            return planThread(event, threadId: threadId, startAddress: startAddress, &draft)
        }
    }

    // MARK: The events

    private func planCreation(
        _ event: SysmonEvent, _ reported: SysmonCreation, _ draft: inout PlanDraft
    ) throws(LineFault) -> SkipReason? {
        guard let process = event.subject, let processId = process.processId else { return .pidUnresolved }
        if process.isSystem { return .alreadyCreated }
        // Without a GUID, UtcTime of event 1 has the second of the creation.
        guard let created = process.guid?.creationTime ?? event.time?.wholeSecond else {
            throw .member("ProcessGuid", .missing)
        }
        let before = draft.live[processId]
        let exists = before?.creationTime.second == created.second
        if exists, before?.isSynthesized != true { return .alreadyCreated }
        let identity = AuxPidCreationTime(processId: processId, creationTime: created)
        if !exists, let ending = ending(of: identity) { return ending.skipReason }

        let (parent, parentHasContext) = parent(reported.parent, of: processId, &draft)
        var creation = ProcessCreation(
            imageFileName: reported.image, processId: processId, parentProcessId: parent.processId)
        creation.creationTime = exists ? before?.creationTime : created
        creation.parentCreationTime = parent.creationTime
        creation.commandLine = reported.commandLine
        creation.sessionId = reported.sessionId
        creation.token.integrityLevel = reported.integrityLevel
        creation.replacesThread = true
        if exists {
            draft.calls.append(.createProcess(creation, .completed))
        } else {
            if let before { draft.end(processId, before) }
            draft.calls.append(.createProcess(creation, .new))
        }
        if createsInitialThreads {
            var thread = ThreadCreation(
                processId: processId, creatorProcessId: parentHasContext ? parent.processId : 0)
            thread.creatorIsSystemThread = reported.parent.isSystem
            draft.calls.append(.createThread(thread))
        }
        return nil
    }

    /// The parent of a new process, and whether it has a context. A parent that will create a thread gets one.
    private func parent(
        _ parent: SysmonProcess, of child: UInt32, _ draft: inout PlanDraft
    ) -> (AuxPidCreationTime, hasContext: Bool) {
        let processId = parent.processId ?? 0
        if createsInitialThreads, processId != 0, processId != child { _ = ensureContext(parent, &draft) }
        let live = processId == child ? nil : draft.live[processId]
        let reported = parent.isSystem ? nil : parent.guid?.creationTime
        // The time of a context that the host created may be finer than the second in the record.
        let isLive = live != nil && (reported == nil || reported?.second == live?.creationTime.second)
        let created = isLive ? live?.creationTime : reported
        return (AuxPidCreationTime(processId: processId, creationTime: created ?? .none), isLive)
    }

    private func planExit(_ event: SysmonEvent, _ draft: inout PlanDraft) throws(LineFault) -> SkipReason? {
        guard let process = event.subject, let processId = process.processId else { return .pidUnresolved }
        if process.isSystem { throw .driver(.systemProcess) }
        if let reason = ensureContext(process, &draft).skipReason { return reason }
        if let live = draft.live[processId] { draft.end(processId, live) }
        return nil
    }

    private func planDriverLoad(_ name: UnicodeString, _ draft: inout PlanDraft) -> SkipReason? {
        var load = ImageLoad(processId: 0, fullImageName: name)
        load.systemModeImage = true
        draft.calls.append(.loadImage(load))
        return nil
    }

    private func planLoad(_ name: UnicodeString, _ event: SysmonEvent, _ draft: inout PlanDraft) -> SkipReason? {
        guard let process = event.subject, let processId = process.processId else { return .pidUnresolved }
        if let reason = ensureContext(process, &draft).skipReason { return reason }
        draft.calls.append(.loadImage(ImageLoad(processId: processId, fullImageName: name)))
        return nil
    }

    private func planThread(
        _ event: SysmonEvent, threadId: UInt32?, startAddress: UInt64, _ draft: inout PlanDraft
    ) -> SkipReason? {
        guard let source = event.subject, let target = event.target, let sourceId = source.processId,
            let targetId = target.processId
        else { return .pidUnresolved }
        // A creator without a context is not an error: the routine ends there (THR-2).
        if case .gone(let ending) = ensureContext(source, &draft) { return ending.skipReason }
        if let reason = ensureContext(target, &draft).skipReason { return reason }
        var thread = ThreadCreation(processId: targetId, threadId: threadId, creatorProcessId: sourceId)
        thread.creatorIsSystemThread = source.isSystem
        thread.startAddress = startAddress
        thread.replacesThread = true
        draft.calls.append(.createThread(thread))
        return nil
    }

    // MARK: Processes

    /// Whether a process that a record names exists after the calls in `draft`.
    private enum Presence {
        case live
        case gone(Ending)
        /// The record means the current process of a pid, and there is none.
        case absent

        var skipReason: SkipReason? {
            switch self {
            case .live: nil
            case .gone(let ending): ending.skipReason
            case .absent: .noContext
            }
        }
    }

    /// Ensures that a process that a record names has a context, if it can have one.
    private func ensureContext(_ process: SysmonProcess, _ draft: inout PlanDraft) -> Presence {
        guard let processId = process.processId else { return .absent }
        let live = draft.live[processId]
        if process.isSystem { return .live }
        guard let created = process.guid?.creationTime else { return live == nil ? .absent : .live }
        if let live, live.creationTime.second == created.second { return .live }
        if let ending = ending(of: AuxPidCreationTime(processId: processId, creationTime: created)) {
            return .gone(ending)
        }
        if let live {
            // If the live process is newer, the named one exited without a record. Otherwise the exit of the live process
            // and the creation of the named one are missing.
            if live.creationTime > created { return .gone(.exited) }
            draft.end(processId, live)
        }
        draft.synthesize(processId, created: created, image: process.image)
        return .live
    }
}

/// The calls for an event, while they are collected.
private struct PlanDraft {
    /// The entries of the driver's table after the calls.
    var live: LiveProcesses
    var calls: [DriverCall] = []
    /// The processes that the calls end.
    var ended: [AuxPidCreationTime] = []

    init(live: LiveProcesses) { self.live = live }

    mutating func end(_ processId: UInt32, _ process: LiveProcesses.Process) {
        calls.append(.exitProcess(processId))
        ended.append(AuxPidCreationTime(processId: processId, creationTime: process.creationTime.wholeSecond))
        live[processId] = nil
    }

    mutating func synthesize(_ processId: UInt32, created: FileTime, image: UnicodeString?) {
        var creation = ProcessCreation(
            imageFileName: image ?? "<unknown process>", processId: processId, parentProcessId: 0)
        creation.creationTime = created
        creation.commandLine = ""
        creation.replacesThread = true
        calls.append(.createProcess(creation, .synthesized))
        live[processId] = LiveProcesses.Process(creationTime: created, isSynthesized: true)
    }
}

extension SysmonMapper.Ending {
    /// Why a record that names the process is skipped.
    fileprivate var skipReason: SkipReason {
        switch self {
        case .exited: .afterExit
        case .denied: .denied
        }
    }
}

extension SysmonProcess {
    /// Whether this is the host's System process, independent of its GUID.
    fileprivate var isSystem: Bool { processId == ProcessContext.systemProcessId }
}

extension FileTime {
    /// The start of the second.
    fileprivate var wholeSecond: FileTime { FileTime(ticks: second * FileTime.ticksPerSecond) }
}
