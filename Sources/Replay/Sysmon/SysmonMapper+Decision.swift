import Driver
import Messages

extension SysmonMapper {
    /// What is to become of an event.
    enum Decision {
        case apply(EventPlan)
        case skip(SkipReason)
        case reject(LineFault)
    }

    /// Decides an event whose pids are known, by what the driver's table says about them.
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
        // Event 1's UtcTime is in the second of the GUID, should that be missing.
        guard let created = process.guid?.creationTime ?? event.time?.wholeSecond else {
            throw .member("ProcessGuid", .missing)
        }
        let before = draft.live[processId]
        let isThere = before?.creationTime.second == created.second
        if isThere, before?.isSynthesized != true { return .alreadyCreated }
        let identity = AuxPidCreationTime(processId: processId, creationTime: created)
        if !isThere, let ending = ending(of: identity) { return ending.skipReason }

        let (parent, parentHasContext) = parent(reported.parent, of: processId, &draft)
        var creation = ProcessCreation(
            imageFileName: reported.image, processId: processId, parentProcessId: parent.processId)
        creation.creationTime = isThere ? before?.creationTime : created
        creation.parentCreationTime = parent.creationTime
        creation.commandLine = reported.commandLine
        creation.sessionId = reported.sessionId
        creation.token.integrityLevel = reported.integrityLevel
        creation.replacesThread = true
        if isThere {
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

    /// The parent of a new process, and whether it has a context. It gets one where it is to create a thread.
    private func parent(
        _ parent: SysmonProcess, of child: UInt32, _ draft: inout PlanDraft
    ) -> (AuxPidCreationTime, hasContext: Bool) {
        let processId = parent.processId ?? 0
        if createsInitialThreads, processId != 0, processId != child { _ = meet(parent, &draft) }
        let live = processId == child ? nil : draft.live[processId]
        let reported = parent.isSystem ? nil : parent.guid?.creationTime
        // A context that the host made itself may have a time finer than the second that the record tells.
        let isLive = live != nil && (reported == nil || reported?.second == live?.creationTime.second)
        let created = isLive ? live?.creationTime : reported
        return (AuxPidCreationTime(processId: processId, creationTime: created ?? .none), isLive)
    }

    private func planExit(_ event: SysmonEvent, _ draft: inout PlanDraft) throws(LineFault) -> SkipReason? {
        guard let process = event.subject, let processId = process.processId else { return .pidUnresolved }
        if process.isSystem { throw .driver(.systemProcess) }
        if let reason = meet(process, &draft).skipReason { return reason }
        if let live = draft.live[processId] { draft.end(processId, live) }
        return nil
    }

    private func planDriverLoad(_ name: String, _ draft: inout PlanDraft) -> SkipReason? {
        var load = ImageLoad(processId: 0, fullImageName: name)
        load.systemModeImage = true
        draft.calls.append(.loadImage(load))
        return nil
    }

    private func planLoad(_ name: String, _ event: SysmonEvent, _ draft: inout PlanDraft) -> SkipReason? {
        guard let process = event.subject, let processId = process.processId else { return .pidUnresolved }
        if let reason = meet(process, &draft).skipReason { return reason }
        draft.calls.append(.loadImage(ImageLoad(processId: processId, fullImageName: name)))
        return nil
    }

    private func planThread(
        _ event: SysmonEvent, threadId: UInt32?, startAddress: UInt64, _ draft: inout PlanDraft
    ) -> SkipReason? {
        guard let source = event.subject, let target = event.target, let sourceId = source.processId,
            let targetId = target.processId
        else { return .pidUnresolved }
        // A creator without a context is no error: the routine ends there (THR-2).
        if case .gone(let ending) = meet(source, &draft) { return ending.skipReason }
        if let reason = meet(target, &draft).skipReason { return reason }
        var thread = ThreadCreation(processId: targetId, threadId: threadId, creatorProcessId: sourceId)
        thread.creatorIsSystemThread = source.isSystem
        thread.startAddress = startAddress
        thread.replacesThread = true
        draft.calls.append(.createThread(thread))
        return nil
    }

    // MARK: Processes

    /// How a process that a record names stands, once the calls in `draft` are made.
    private enum Presence {
        case live
        case gone(Ending)
        /// The current process of a pid that no live process has.
        case absent

        var skipReason: SkipReason? {
            switch self {
            case .live: nil
            case .gone(let ending): ending.skipReason
            case .absent: .noContext
            }
        }
    }

    /// Sees to it that a process that a record names has a context, if it can have one.
    private func meet(_ process: SysmonProcess, _ draft: inout PlanDraft) -> Presence {
        guard let processId = process.processId else { return .absent }
        let live = draft.live[processId]
        if process.isSystem { return .live }
        guard let created = process.guid?.creationTime else { return live == nil ? .absent : .live }
        if let live, live.creationTime.second == created.second { return .live }
        if let ending = ending(of: AuxPidCreationTime(processId: processId, creationTime: created)) {
            return .gone(ending)
        }
        if let live {
            // An earlier owner of the pid exited unseen. A later one means that its creation and this one's exit were.
            if live.creationTime > created { return .gone(.exited) }
            draft.end(processId, live)
        }
        draft.synthesize(processId, created: created, image: process.image)
        return .live
    }
}

/// The calls that an event needs, as far as they are known.
private struct PlanDraft {
    /// The driver's table as it will be after the calls.
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

    mutating func synthesize(_ processId: UInt32, created: FileTime, image: String?) {
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
    /// Whether this is the host's System process, whatever the GUID says.
    fileprivate var isSystem: Bool { processId == ProcessContext.systemProcessId }
}

extension FileTime {
    /// The start of the second.
    fileprivate var wholeSecond: FileTime { FileTime(ticks: second * FileTime.ticksPerSecond) }
}
