import Messages

/// Turns the Sysmon records of one machine into calls of the driver.
///
/// Plain state: the caller passes the entries of the driver's table. A process is identified by its pid and the second of its
/// creation, which its ProcessGuid contains.
///
/// It remembers at least the last 131072 GUIDs with their pids and the last 131072 exited processes, and at most twice as
/// many.
struct SysmonMapper {
    /// How a process ended.
    enum Ending: Sendable {
        case exited
        /// The engine denied its creation.
        case denied
    }

    let createsInitialThreads: Bool
    private var processIds = RecentMap<SysmonGUID, UInt32>(capacity: 131_072)
    private var endings = RecentMap<AuxPidCreationTime, Ending>(capacity: 131_072)
    private var held: HeldRecords

    /// Maps the records of one machine.
    init(createsInitialThreads: Bool, maxHeldRecords: Int) {
        self.createsInitialThreads = createsInitialThreads
        held = HeldRecords(maxCount: maxHeldRecords)
    }

    /// Takes an event. Its pids complete held events, which then precede it.
    ///
    /// - Returns: The events that can be decided now, in order, and those that are given up.
    mutating func take(_ event: SysmonEvent) -> (ready: [SysmonEvent], unresolved: [SysmonEvent]) {
        var ready: [SysmonEvent] = []
        note(event.subject, &ready)
        note(event.target, &ready)
        if case .processCreate(let creation) = event.kind { note(creation.parent, &ready) }
        var event = event
        event.resolve { processIds[$0] }
        if event.isUnresolved { return (ready, held.hold(event)) }
        ready.append(event)
        return (ready, [])
    }

    /// Takes a mention, like an event. If it `isResolved`, its own pids are known; otherwise it is held.
    mutating func take(
        _ mention: SysmonMention, line: Int
    ) -> (ready: [SysmonEvent], unresolved: [SysmonEvent], isResolved: Bool) {
        var ready: [SysmonEvent] = []
        note(mention.subject, &ready)
        note(mention.target, &ready)
        if isResolved(mention.subject), mention.target.map(isResolved) ?? true { return (ready, [], true) }
        var event = SysmonEvent(mention, line: line)
        event.resolve { processIds[$0] }
        return (ready, held.hold(event), false)
    }

    /// Notes the pid of a GUID, and appends the events that waited for it to `ready`.
    private mutating func note(_ process: SysmonProcess?, _ ready: inout [SysmonEvent]) {
        guard let guid = process?.guid, let processId = process?.processId, processId != 0 else { return }
        processIds.storeIfAbsent(processId, under: guid)
        if !held.isEmpty { ready += held.resolve(guid, to: processId) }
    }

    private func isResolved(_ process: SysmonProcess) -> Bool {
        !process.isUnresolved || process.guid.map { processIds[$0] != nil } ?? true
    }

    /// Gives up the held events at the end of the upload.
    mutating func takeUnresolved() -> [SysmonEvent] { held.takeAll() }

    /// How the process ended, if it has.
    func ending(of process: AuxPidCreationTime) -> Ending? { endings[process] }

    /// Notes the end of a process.
    mutating func note(_ ending: Ending, of process: AuxPidCreationTime) { endings.store(ending, under: process) }
}
