import Messages

/// A process as named in a record.
struct SysmonProcess: Sendable {
    /// Nil if it is all zero or missing, which means the current process of the pid.
    var guid: SysmonGUID?
    /// Nil if the record does not state it.
    var processId: UInt32?
    /// The image of the process according to the record.
    var image: UnicodeString?

    /// Whether the pid must come from another record.
    var isUnresolved: Bool { processId == nil && guid != nil }

    /// Sets the pid if it is missing.
    mutating func resolve(_ processId: (SysmonGUID) -> UInt32?) {
        if self.processId == nil, let guid { self.processId = processId(guid) }
    }
}

/// A Sysmon record that becomes an event of the driver, or a mention that waits for its pid. Copies share the content.
struct SysmonEvent: Sendable {
    /// The kind of record, with the fields that only it has.
    enum Kind: Sendable {
        /// Event 1.
        case processCreate(SysmonCreation)
        /// Event 5.
        case processExit
        /// Event 6.
        case driverLoad(UnicodeString)
        /// Event 7.
        case imageLoad(UnicodeString)
        /// Event 8: a thread in `target`, created by `subject`.
        case remoteThread(threadId: UInt32?, startAddress: UInt64)
        /// A mention that waits for its own pid.
        case mention(SkipReason)
    }

    /// The fields of a record, apart from its time.
    struct Content: Sendable {
        var kind: Kind
        /// The process that acts; nil for event 6.
        var subject: SysmonProcess?
        /// The process that it acts on, for events 8 and 10.
        var target: SysmonProcess?
    }

    private final class Facts: Sendable {
        let type: DriverEvent?
        let content: Content
        let time: FileTime?

        init(_ type: DriverEvent?, _ content: Content, _ time: FileTime?) {
            (self.type, self.content, self.time) = (type, content, time)
        }
    }

    /// The number of its line in its part, from 1; 0 until it is known.
    var line: Int
    private var facts: Facts

    /// `type` is nil for a mention.
    init(_ type: DriverEvent?, _ content: Content, time: FileTime?, line: Int = 0) {
        self.line = line
        facts = Facts(type, content, time)
    }

    /// The driver's event; nil for a mention.
    var type: DriverEvent? { facts.type }
    var kind: Kind { facts.content.kind }
    /// UtcTime.
    var time: FileTime? { facts.time }
    var subject: SysmonProcess? { facts.content.subject }
    var target: SysmonProcess? { facts.content.target }

    /// Whether a pid must come from another record.
    var isUnresolved: Bool { subject?.isUnresolved == true || target?.isUnresolved == true }

    /// Sets the missing pids; that of a parent may stay missing.
    mutating func resolve(_ processId: (SysmonGUID) -> UInt32?) {
        var content = facts.content
        if case .processCreate(var creation) = content.kind, creation.parent.isUnresolved {
            creation.parent.resolve(processId)
            content.kind = .processCreate(creation)
        } else if !isUnresolved {
            return
        }
        content.subject?.resolve(processId)
        content.target?.resolve(processId)
        facts = Facts(facts.type, content, facts.time)
    }

    /// The pids whose entries in the driver's table are needed to decide the event.
    var processIds: [UInt32] {
        var processIds = [subject?.processId, target?.processId]
        switch kind {
        case .mention: return []
        case .processCreate(let creation): processIds.append(creation.parent.processId)
        case .processExit, .driverLoad, .imageLoad, .remoteThread: break
        }
        return processIds.compactMap(\.self)
    }

    /// The bytes of its texts.
    var textBytes: Int {
        var texts = [subject?.image, target?.image]
        switch kind {
        case .processCreate(let creation): texts += [creation.image, creation.commandLine, creation.parent.image]
        case .driverLoad(let name), .imageLoad(let name): texts.append(name)
        case .processExit, .remoteThread, .mention: break
        }
        return texts.reduce(0) { $0 + ($1?.byteCount ?? 0) }
    }
}

extension SysmonEvent {
    /// A mention on `line` that must be held.
    init(_ mention: SysmonMention, line: Int) {
        self.init(
            nil, Content(kind: .mention(mention.reason), subject: mention.subject, target: mention.target), time: nil,
            line: line)
    }
}

/// A record that is only used for the pids of its GUIDs (events 10, 12 to 14).
struct SysmonMention: Sendable {
    /// Why it is not an event.
    let reason: SkipReason
    let subject: SysmonProcess
    let target: SysmonProcess?
}

/// The fields of event 1 that are not about the new process's identity.
struct SysmonCreation: Sendable {
    let image: UnicodeString
    let commandLine: UnicodeString?
    var parent: SysmonProcess
    let sessionId: UInt32
    let integrityLevel: UInt32
}
