import Driver
import Messages
import Replay

extension Vocabulary {
    /// The schemas of openapi.yaml that follow from the tables, as YAML below `components/schemas`.
    public static var schemas: String {
        var page = SchemaPage()
        func names(_ schema: String, _ about: String, _ terms: [Term]) { page.names(schema, about, terms.map(\.name)) }
        names(
            "ProcessRuleName", "Bits of ProcessCtx.ProcessRules (DATA-4), lowest first.",
            ProcessRules.table.map(\.term))
        names(
            "ProcessFlagName", "Bits of ProcessCtx.ProcessFlags (DATA-3), lowest first.",
            ProcessFlags.table.map(\.term))
        names(
            "StreamContextRuleName", "Bits of StreamCtx.StreamCtxRules (DATA-5).",
            StreamContextRules.table.map(\.term))
        page.bits("ProcessRuleInput", "A rule of a process, by name or in hex.", ProcessRules.table)
        page.bits("ProcessFlagInput", "A flag of a process, by name or in hex.", ProcessFlags.table)
        page.bits("StreamContextRuleInput", "A rule of a stream context, by name or in hex.", StreamContextRules.table)
        names("SyncOperation", "Types of synchronous messages (SYN-1).", SyncOperation.allCases.map(\.term))
        names(
            "AsyncOperation", "Types of messages of the asynchronous structure (ASY-1).",
            AsyncOperation.allCases.map(\.term))
        names("StatusName", "Statuses (NTSTATUS) that the service produces.", NTStatus.table.map(\.term))
        let routines = DriverRoutine.allCases
        names("RoutineName", "Routines that events drive.", routines.filter { !$0.checks.isEmpty }.map(\.term))
        names(
            "NotificationRoutineName", "Routines of notifications that a client sent as such.",
            routines.filter(\.checks.isEmpty).map(\.term))
        let events = DriverEvent.allCases.map { "\($0.name) (\($0.members.joined(separator: ", ")))" }
        names(
            "EventType",
            "Types of event, each with the members of its native lines: \(events.joined(separator: ", ")).",
            DriverEvent.allCases.map(\.term))
        page.names(
            "ProvenanceStatus",
            "known: published. inferred: it follows from what is published. decided: our choice. disputed: published "
                + "sources contradict each other.",
            Provenance.Status.allCases.map(\.rawValue))
        page.messageData()
        page.asyncNotification()
        page.settings()
        page.counters()
        page.vocabulary(groups)
        return page.text
    }
}

/// Writes schemas with the indentation that they have in openapi.yaml.
struct SchemaPage {
    private(set) var text = ""

    /// Appends a line, indented by `level` steps below `components/schemas`.
    mutating func line(_ level: Int, _ line: String) {
        text += String(repeating: " ", count: 4 + 2 * level) + line + "\n"
    }

    /// Appends a description, split into lines of a readable length.
    mutating func description(_ level: Int, _ description: String) {
        line(level, "description: >-")
        let limit = 116 - 2 * level
        var words = ""
        for word in description.split(separator: " ") {
            if words.utf8.count + word.utf8.count > limit, !words.isEmpty {
                line(level + 1, words)
                words = ""
            }
            words += words.isEmpty ? String(word) : " " + word
        }
        line(level + 1, words)
    }

    private mutating func object(_ level: Int, requiring members: [String]) {
        line(level, "type: object")
        line(level, "required:")
        for member in members { line(level + 1, "- \(member)") }
        line(level, "additionalProperties: false")
        line(level, "properties:")
    }

    mutating func names(_ schema: String, _ about: String, _ names: [String]) {
        line(0, "\(schema):")
        description(1, about)
        line(1, "type: string")
        line(1, "enum:")
        for name in names { line(2, "- \(name)") }
    }

    /// A string, not a choice between a name and a mask: a generator of clients makes a class of each choice, and cannot read
    /// a list of them.
    mutating func bits(_ schema: String, _ about: String, _ table: [NamedBit]) {
        line(0, "\(schema):")
        description(1, about)
        line(1, "type: string")
        line(1, "pattern: \"^(\\")
        for bit in table { line(2, "\(bit.term.name)|\\") }
        line(2, "0x0{0,8}[0-9a-fA-F]{1,8})$\"")
        line(1, "examples: [\(table.first?.term.name ?? ""), \"0x400\"]")
    }

    mutating func settings() {
        line(0, "HostConfigPatch:")
        description(1, "Members that are left out stay as they are. None can be removed.")
        line(1, "type: object")
        line(1, "additionalProperties: false")
        line(1, "properties:")
        for setting in DriverConfig.table { self.setting(setting) }
        line(0, "HostConfig:")
        description(1, "The driver's settings (MP_CONFIG, MP_DATA).")
        object(1, requiring: DriverConfig.table.map { "\($0.name)" })
        for setting in DriverConfig.table { self.setting(setting) }
    }

    private mutating func setting(_ setting: DriverSetting) {
        line(2, "\(setting.name):")
        description(3, setting.term.sentences)
        switch setting.kind {
        case .count(let range, _, _), .milliseconds(let range, _):
            line(3, "type: integer")
            line(3, "minimum: \(range.lowerBound)")
            line(3, "maximum: \(range.upperBound)")
        case .flag: line(3, "type: boolean")
        case .choice(let names, _, _):
            line(3, "type: string")
            line(3, "enum: [\(names.joined(separator: ", "))]")
        }
        // Not `default`: a generated client would send it, and a patch would then change what it does not name.
        switch DriverConfig()[setting] {
        case .number(let number): line(3, "x-default: \(number)")
        case .flag(let flag): line(3, "x-default: \(flag)")
        case .name(let name): line(3, "x-default: \(name)")
        }
    }

    mutating func counters() {
        line(0, "Counters:")
        description(
            1,
            "The counters of MP_DATA and MP_ASYNC as one snapshot. Always: enqueued = sent + sendFailed + droppedOnOverflow + "
                + "queued + inHand (ASY-10).")
        object(1, requiring: ["sync"] + CountersSnapshot.objects.map { "\($0.name)" })
        line(2, "sync:")
        line(3, "type: object")
        line(3, "required:")
        for operation in SyncOperation.allCases { line(4, "- \(operation.name)") }
        line(3, "propertyNames: {$ref: \"#/components/schemas/SyncOperation\"}")
        line(3, "additionalProperties: {$ref: \"#/components/schemas/SyncCounters\"}")
        for (name, counters) in CountersSnapshot.objects {
            line(2, "\(name):")
            members(3, counters)
        }
        line(0, "SyncCounters:")
        description(1, "Counters of one type of synchronous message (SYN-4 to SYN-9).")
        members(1, SyncCounters.table)
    }

    private mutating func members<Snapshot>(_ level: Int, _ counters: [Counter<Snapshot>]) {
        object(level, requiring: counters.map { "\($0.member)" })
        for counter in counters {
            line(level + 1, "\(counter.member):")
            description(level + 2, counter.term.sentences)
            switch (counter.reading, counter.most) {
            case (.number, let most?):
                line(level + 2, "type: integer")
                line(level + 2, "minimum: 0")
                line(level + 2, "maximum: \(most)")
            case (.number, nil): line(level + 2, "$ref: \"#/components/schemas/Count\"")
            case (.status, _): line(level + 2, "$ref: \"#/components/schemas/Status\"")
            }
        }
    }

    mutating func vocabulary(_ groups: [Vocabulary.Group]) {
        let lists = groups.map(\.member) + ["conditions", "problems", "layouts"]
        line(0, "Vocabulary:")
        description(1, "Every name of the driver's that shows in the API, the docs and the messages.")
        object(1, requiring: lists)
        vocabularyLists(groups)
        line(0, "VocabularyEntries:")
        description(
            1, "The entries of one name, in the same lists as in Vocabulary; lists without entries are left out.")
        line(1, "type: object")
        line(1, "minProperties: 1")
        line(1, "additionalProperties: false")
        line(1, "properties:")
        vocabularyLists(groups)
    }

    private mutating func vocabularyLists(_ groups: [Vocabulary.Group]) {
        for group in groups {
            line(2, "\(group.member):")
            description(3, group.about)
            line(3, "$ref: \"#/components/schemas/\(group.schema)\"")
        }
        list("conditions", of: "Condition", about: "The conditions that the routines check, in order.")
        list("problems", of: "ProblemType", about: "The types of problems, as in `GET /problems`.")
        list("layouts", of: "Layout", about: "The layouts of messages and replies.")
    }

    private mutating func list(_ member: String, of schema: String, about: String) {
        line(2, "\(member):")
        description(3, about)
        line(3, "type: array")
        line(3, "minItems: 1")
        line(3, "items: {$ref: \"#/components/schemas/\(schema)\"}")
    }
}
