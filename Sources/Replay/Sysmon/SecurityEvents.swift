import Messages

// Windows' own audit of processes: events 4688 and 4689 of the log Security.

extension EventRecord {
    /// Whether this is the creation or the exit of a process in the log Security.
    var isAuditOfProcess: Bool { log == .security && (eventId == 4688 || eventId == 4689) }
}

extension SysmonEvent {
    /// The event of an audited process. Its pid is NewProcessId, and it was created in the second of the record.
    init(auditedBy record: EventRecord, parsedBy parsers: RecordParsers) throws(LineFault) {
        let fields = try record.fields(parsedBy: parsers)
        guard let time = record.shipperTime else { throw .member("TimeCreated", .missing) }
        if record.eventId == 4688 {
            self.init(.processCreate, try .auditedCreation(fields), time: time)
        } else {
            self.init(.processExit, try .auditedExit(fields), time: time)
        }
    }
}

extension SysmonEvent.Content {
    fileprivate static func auditedCreation(_ fields: SysmonFields) throws(LineFault) -> Self {
        var process = SysmonProcess()
        process.processId = try fields.id("NewProcessId")
        process.image = try fields.requiredText("NewProcessName")
        var parent = SysmonProcess()
        // Named after its creator, unlike in Sysmon's records.
        parent.processId = try fields.id("ProcessId")
        parent.image = try fields.text("ParentProcessName")
        let creation = SysmonCreation(
            image: process.image ?? "", commandLine: try fields.text("CommandLine"), parent: parent, sessionId: 0,
            integrityLevel: SysmonCreation.integrityLevel(labeled: try fields.text("MandatoryLabel")?.text))
        return try Self(kind: .processCreate(creation), subject: process, target: nil).checked("NewProcessId")
    }

    fileprivate static func auditedExit(_ fields: SysmonFields) throws(LineFault) -> Self {
        var process = SysmonProcess()
        process.processId = try fields.id("ProcessId")
        process.image = try fields.text("ProcessName")
        return try Self(kind: .processExit, subject: process, target: nil).checked("ProcessId")
    }

    private func checked(_ name: StaticString) throws(LineFault) -> Self {
        guard let processId = subject?.processId else { throw .member(name, .missing) }
        if processId == 0 { throw .member(name, .idleProcess) }
        return self
    }
}

extension SysmonCreation {
    /// The RID of a label, which is the last part of its SID, or of its name, as in `Mandatory Label\High Mandatory Level`; medium,
    /// the default level of a token, for anything else.
    fileprivate static func integrityLevel(labeled label: String?) -> UInt32 {
        let (sid, name) = ("S-1-16-", "Mandatory Label\\")
        guard let label else { return 0x2000 }
        if label.hasPrefix(name) {
            return integrityLevel(named: label.dropFirst(name.count).split(separator: " ").first.map(String.init))
        }
        return label.hasPrefix(sid) ? UInt32(label.dropFirst(sid.count)) ?? 0x2000 : 0x2000
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The text of a field on a line of the rendered message of an event of the log Security, in English.
    func auditedField(_ name: StaticString) -> Self? {
        for (field, label) in auditedFields where field.isEqual(to: name) {
            if let text = self.field(label) { return text }
        }
        return nil
    }
}

/// Fields of events 4688 and 4689, and their labels in rendered messages.
private let auditedFields: [(StaticString, label: StaticString)] = [
    ("NewProcessId", "New Process ID"), ("NewProcessName", "New Process Name"), ("ProcessId", "Creator Process ID"),
    ("ProcessId", "Process ID"), ("ProcessName", "Process Name"), ("ParentProcessName", "Creator Process Name"),
    ("CommandLine", "Process Command Line"), ("MandatoryLabel", "Mandatory Label"),
]
