import Messages

/// Turns the Sysmon records of one machine into calls of the driver.
///
/// Plain state that calls nobody: it is told what the driver's table says. A process is (pid, creation second); the second
/// is the one in its ProcessGuid.
///
/// What it remembers is bounded: the pids of the 131072 GUIDs and the 131072 exited processes that were named last, at
/// least, and twice as many at most.
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

    /// Takes in an event: what it tells about pids completes held ones, which come before it.
    ///
    /// - Returns: The events that can be decided now, in order, and those that will never be.
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

    /// Takes in a mention: the same, and whether its own pids are known; else it is held.
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

    /// Notes which pid a GUID belongs to; the events that waited for it are `ready` now.
    private mutating func note(_ process: SysmonProcess?, _ ready: inout [SysmonEvent]) {
        guard let guid = process?.guid, let processId = process?.processId, processId != 0 else { return }
        processIds.storeIfAbsent(processId, under: guid)
        if !held.isEmpty { ready += held.resolve(guid, to: processId) }
    }

    private func isResolved(_ process: SysmonProcess) -> Bool {
        !process.isUnresolved || process.guid.map { processIds[$0] != nil } ?? true
    }

    /// Gives up what is still held: the upload is over.
    mutating func takeUnresolved() -> [SysmonEvent] { held.takeAll() }

    /// How the process ended, if it has.
    func ending(of process: AuxPidCreationTime) -> Ending? { endings[process] }

    /// Notes that a process is no more.
    mutating func note(_ ending: Ending, of process: AuxPidCreationTime) { endings.store(ending, under: process) }
}
