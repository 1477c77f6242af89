import Bytes
import Driver
import DriverJSON
public import JSON
import Messages

// Values of a host as the API answers them. They are the same as those of a driver in this process.

extension ObservedMessage {
    /// Reads an entry of the journal; nil after a fault.
    public init?(_ entry: JSONObject) {
        let routine = entry.required("routine") { $0.routine() }
        let delivery = entry.requiredChoice("delivery", of: MessageRecord.Delivery.self)
        let status = entry.required("status") { $0.status() }
        guard let message = EngineMessage(journalEntry: entry), let routine, let delivery, let status else {
            return nil
        }
        self.message = message
        self.routine = routine
        self.delivery = delivery
        self.status = status
        acknowledged = entry.optional("acknowledged") { $0.bool() } ?? false
        clearedRule = entry.optional("clearedRule") { $0.string() }
        durationMicroseconds = entry.optional("durationMicroseconds") { $0.unsigned(in: 0...UInt64.max) }
        endedAs = entry.optional("endedAs") { $0.unsigned(in: 1...UInt64.max) }
        droppedFor = entry.optional("droppedFor") { $0.unsigned(in: 1...UInt64.max) }
        reply = entry.optional("reply") { $0.openObject() }.flatMap { MessageReply($0) }
        explanation = entry.optional("failure") { $0.string(maxUTF16: .max) }
    }
}

extension ObservedProcess {
    /// Reads a live process; nil after a fault.
    public init?(_ object: JSONObject) {
        let processId = object.required("processId") { $0.id() }
        let creationTime = object.required("creationTime") { $0.time() }
        let imageFileName = object.required("imageFileName") { $0.string() }
        let commandLine = object.required("commandLine") { $0.string() }
        let currentCommandLine = object.required("currentCommandLine") { $0.string() }
        let parent = object.required("parent") { $0.process() }
        let creator = object.required("creator") { $0.process() }
        let sessionId = object.required("sessionId") { $0.id() }
        let rules = object.required("rulesMask") { $0.word() }
        let flags = object.required("flagsMask") { $0.word() }
        let notificationsSent = object.required("notificationsSent") { $0.unsigned(in: 0...UInt64.max) }
        guard let processId, let creationTime, let imageFileName, let commandLine, let currentCommandLine, let parent,
            let creator, let sessionId, let rules, let flags, let notificationsSent
        else { return nil }
        identity = AuxPidCreationTime(processId: processId, creationTime: creationTime)
        self.imageFileName = imageFileName
        self.commandLine = commandLine
        self.currentCommandLine = currentCommandLine
        self.parent = parent
        self.creator = creator
        self.sessionId = sessionId
        self.rules = ProcessRules(rawValue: rules)
        self.flags = ProcessFlags(rawValue: flags)
        self.notificationsSent = notificationsSent
        wow64CpuImageBase = object.optional("wow64CpuImageBase", nullable: true) { $0.address() }
    }
}

extension ObservedRoutine {
    /// Reads the member `routines` of an answer; nil after a fault.
    public static func list(_ answer: JSONObject) -> [ObservedRoutine]? {
        guard let elements = answer.required("routines", { $0.array(maxCount: .max) }) else { return nil }
        let routines = elements.map { $0.openObject().flatMap { ObservedRoutine($0) } }
        return routines.contains { $0 == nil } ? nil : routines.compactMap(\.self)
    }

    private init?(_ object: JSONObject) {
        guard let routine = object.required("routine", { $0.routine() }),
            let checks = object.required("checks", { $0.array(maxCount: 100) }),
            let messages = object.required("messages", { $0.array(maxCount: .max) })
        else { return nil }
        let looks = checks.map { $0.openObject().flatMap { Look($0, of: routine) } }
        let sequences = messages.map { message in
            message.openObject()?.required("sequence") { $0.unsigned(in: 1...UInt64.max) }
        }
        if looks.contains(where: { $0 == nil }) || sequences.contains(nil) { return nil }
        self.init(routine, checks: looks.compactMap(\.self), messages: sequences.compactMap(\.self))
    }
}

extension ObservedRoutine.Look {
    fileprivate init?(_ object: JSONObject, of routine: DriverRoutine) {
        let check = object.required("check") { value -> Check? in
            guard let text = value.string() else { return nil }
            if let line = routine.checks.first(where: { "\($0.text)" == text }) { return line.check }
            value.fault("is not a check of \(routine.name)")
            return nil
        }
        let holds = object.required("holds") { $0.bool() }
        let text = object.required("value") { $0.string(maxUTF16: .max) }
        guard let check, let holds, let text else { return nil }
        self.init(check, holds: holds, value: text)
    }
}

extension ObservedStream {
    /// Reads a stream context; nil after a fault.
    public init?(_ object: JSONObject) {
        let fileName = object.required("fileName") { $0.string() }
        let rules = object.required("rulesMask") { $0.word() }
        guard let fileName, let rules else { return nil }
        self.init(fileName: fileName, rules: .word(StreamContextRules(rawValue: rules)))
    }
}

extension ObservedValue {
    /// Reads the counters; nil after a fault.
    public static func counters(_ object: JSONObject) -> ObservedValue? { members(StateField.counters, of: object) }

    /// Reads the queue; nil after a fault.
    public static func queues(_ object: JSONObject) -> ObservedValue? { members(StateField.queues, of: object) }

    /// Reads a loaded kernel image; nil after a fault.
    public static func loadedDriver(_ object: JSONObject) -> ObservedValue? { members(StateField.drivers, of: object) }

    /// Reads one of the first processes; nil after a fault.
    public static func bootProcess(_ object: JSONObject) -> ObservedValue? {
        members(StateField.bootProcesses, of: object)
    }

    /// The members of `object` that `fields` name; nil after a fault.
    private static func members(_ fields: [FieldType.Field], of object: JSONObject) -> ObservedValue? {
        var found: [Member] = []
        for (name, value) in object {
            guard let field = fields.first(where: { $0.name == name }) else { continue }
            guard let read = ObservedValue(value, as: field.type) else { return nil }
            found.append(Member(name, read))
        }
        return .members(found)
    }

    /// Reads a value of one of the types that state has; nil after a fault.
    private init?(_ value: JSONValue, as type: FieldType) {
        let read: ObservedValue? =
            switch type {
            case .number: value.integer(in: Int64.min...Int64.max).map { .signed($0) }
            case .hex: value.address().map { .hex($0) }
            case .status: value.status().map { .status($0) }
            case .text, .fileName: value.string().map { .text($0) }
            case .choice(let names):
                // The worker is an object.
                (value.kind == .object ? value.openObject()?["state"] : value)?.choice(of: names).map { .text($0) }
            case .process: value.process().map { .process($0) }
            case .members(let fields): value.openObject().flatMap { ObservedValue.members(fields, of: $0) }
            default: nil
            }
        guard let read else { return nil }
        self = read
    }
}

extension JSONValue {
    fileprivate func routine() -> DriverRoutine? {
        guard let name = string() else { return nil }
        if let routine = DriverRoutine.allCases.first(where: { $0.name == name }) { return routine }
        fault("is not a routine")
        return nil
    }

    fileprivate func status() -> NTStatus? {
        guard let name = string() else { return nil }
        if let status = NTStatus(name: name) { return status }
        fault("is not a status")
        return nil
    }
}
