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
        for process in event.named {
            guard let guid = process.guid, let processId = process.processId, processId != 0 else { continue }
            processIds.storeIfAbsent(processId, under: guid)
            ready += held.resolve(guid, to: processId)
        }
        var event = event
        event.resolve { processIds[$0] }
        if event.isUnresolved { return (ready, held.hold(event)) }
        return (ready + [event], [])
    }

    /// Gives up what is still held: the upload is over.
    mutating func takeUnresolved() -> [SysmonEvent] { held.takeAll() }

    /// How the process ended, if it has.
    func ending(of process: AuxPidCreationTime) -> Ending? { endings[process] }

    /// Notes that a process is no more.
    mutating func note(_ ending: Ending, of process: AuxPidCreationTime) { endings.store(ending, under: process) }
}

extension SysmonEvent {
    /// All processes that it names.
    fileprivate var named: [SysmonProcess] {
        var named = [subject, target].compactMap(\.self)
        if case .processCreate(let creation) = kind { named.append(creation.parent) }
        return named
    }
}
