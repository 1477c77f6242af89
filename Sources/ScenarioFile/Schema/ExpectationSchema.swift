import Driver
import JSON
import Messages
import Replay
import Scenarios

/// The schema of expectations, made from the tables of what they can name.
enum ExpectationSchema {
    private typealias Node = SchemaNode

    /// The subject decides which other members there can be.
    static let expectation: JSONTree = {
        var names: Set<String> = []
        let members = SubjectName.allCases.flatMap(\.members).map(\.description).filter { names.insert($0).inserted }
        let subjects: [JSONTree] = SubjectName.allCases.map { name in
            .object([.init("if", Node.has(name.name)), .init("then", subject(name))])
        }
        return Node.object(
            members.map { ($0, .bool(true)) },
            more: [
                .init("anyOf", .array(SubjectName.allCases.map { Node.has($0.name) })),
                .init("allOf", .array(subjects)),
            ])
    }()

    static let criteria: JSONTree = {
        var fields = MessageField.table.map { FieldType.Field($0.name, $0.type) }
        fields.append(
            FieldType.Field(MessageField.data, .members(MessageField.data(of: EngineMessage.Operation.allCases))))
        return Node.object(fields.map { ($0.name, matcher($0.type)) })
    }()

    // MARK: - Subjects

    private static func subject(_ name: SubjectName) -> JSONTree {
        var properties: [(String, JSONTree)] = [(name.name, value(of: name))]
        for member in name.members.map({ "\($0)" }) where member != name.name {
            properties.append((member, self.member(member, of: name)))
        }
        return Node.object(properties, required: [name.name])
    }

    private static func value(of name: SubjectName) -> JSONTree {
        switch name {
        case .messages: Node.ref("criteria")
        case .order: Node.plainList(Node.ref("criteria"), least: 1, most: 1000)
        case .nothingElse: Node.yes
        case .lossless: Node.boolean
        case .process: Node.ref("process")
        case .stream, .golden: Node.name
        case .counters: fields(StateField.counters)
        case .queue: fields(StateField.queues)
        case .drivers: fields(StateField.drivers)
        case .bootProcesses: fields(StateField.bootProcesses)
        case .routine: Node.choice(DriverRoutine.allCases.filter { !$0.checks.isEmpty }.map(\.name))
        case .outcome:
            fields(
                StateField.creation + StateField.replay + [
                    .init(
                        "skipped",
                        .members(SkipReason.allCases.map { .init($0.rawValue, .number(max: UInt64(Int64.max))) }))
                ])
        }
    }

    private static func member(_ member: String, of name: SubjectName) -> JSONTree {
        switch member {
        case "because": return Node.text
        case "host", "by", "since", "until": return Node.name
        case "settled", "anywhere", "strict", "notified", "exists": return Node.boolean
        case "exactly", "atLeast", "atMost": return Node.integer(in: Count.numbers)
        case "never": return Node.yes
        case "of": return name == .order ? Node.choice(Expectation.Order.allCases.map(\.rawValue)) : Node.name
        case "except": return Node.plainList(Node.ref("criteria"), most: 1000)
        case "fields": return Node.plainList(Node.choice(GoldenFile.members), most: 100)
        case "checks": return Node.mapping(of: Node.boolean)
        case "decidedBy": return Node.choice(Check.allCases.map { "\($0.text)" })
        default:
            let types = name == .stream ? StateField.stream : ProcessField.table.map { .init($0.name, $0.type) }
            return types.first { $0.name == member }.map { matcher($0.type) } ?? .bool(true)
        }
    }

    private static func fields(_ fields: [FieldType.Field]) -> JSONTree {
        Node.object(fields.map { ($0.name, matcher($0.type)) })
    }

    // MARK: - Matchers

    /// The matchers of types that many fields have, as definitions.
    static let definitions: [JSONTree.Member] = {
        let numbers: [UInt64] = [UInt64(UInt8.max), UInt64(UInt16.max), UInt64(UInt32.max), UInt64(Int64.max), .max]
        let types: [FieldType] =
            [
                .boolean, .signed, .text, .fileName, .status, .operation, .processRules, .processFlags, .streamRules,
                .time,
                .process, .oword, .list(.oword),
            ] + numbers.flatMap { [.number(max: $0), .hex(max: $0)] }
        return types.compactMap { type in
            definition(of: type).map { JSONTree.Member($0, inlineMatcher(type)) }
        }
    }()

    /// The name of the definition of a type's matcher; nil for types that differ from field to field.
    private static func definition(of type: FieldType) -> String? {
        switch type {
        case .boolean: "matchBoolean"
        case .number(let max): "matchNumber\(UInt64.bitWidth - max.leadingZeroBitCount)"
        case .signed: "matchSigned"
        case .hex(let max): "matchHex\(UInt64.bitWidth - max.leadingZeroBitCount)"
        case .text, .base64, .bytePattern, .guid: "matchText"
        case .fileName: "matchFileName"
        case .status: "matchStatus"
        case .operation: "matchOperation"
        case .processRules: "matchRules"
        case .processFlags: "matchFlags"
        case .streamRules: "matchStreamRules"
        case .time: "matchTime"
        case .process, .thread, .processId, .threadId: "matchProcess"
        case .oword: "matchBytes"
        case .list: "matchList"
        case .choice, .members: nil
        }
    }

    /// A value, a list of values, or operators.
    private static func matcher(_ type: FieldType) -> JSONTree {
        guard let name = definition(of: type), definitions.contains(where: { $0.name == name }) else {
            return inlineMatcher(type)
        }
        return Node.ref(name)
    }

    private static func inlineMatcher(_ type: FieldType) -> JSONTree {
        let operators = operators(type)
        if case .members(let members) = type {
            return Node.when(Node.has("not", "anyOf", "present"), operators, otherwise: fields(members))
        }
        let scalar = scalar(type)
        switch type {
        case .processRules, .processFlags, .streamRules:
            // A list is a word.
            return Node.whenType("object", operators, otherwise: scalar)
        default:
            let element = Node.whenType("object", operators, otherwise: type.isList ? .bool(true) : scalar)
            return Node.whenType(
                "object", operators,
                otherwise: Node.whenType("array", Node.plainList(element, most: 1000), otherwise: scalar))
        }
    }

    private static func operators(_ type: FieldType) -> JSONTree {
        let value = JSONTree.bool(true)
        var properties: [(String, JSONTree)] = [("not", value), ("anyOf", Node.list(value)), ("present", Node.boolean)]
        switch type {
        case .number, .signed, .hex, .time:
            let bound = scalar(type)
            properties += [("from", bound), ("to", bound)]
        case .text, .fileName, .choice, .operation, .guid:
            properties += [("glob", Node.text), ("regex", Node.text)]
        case .processRules, .processFlags, .streamRules, .list: properties += [("has", value), ("lacks", value)]
        case .boolean, .status, .process, .thread, .processId, .threadId, .base64, .bytePattern, .oword, .members: break
        }
        return Node.object(properties, more: [.init("minProperties", .integer(1))])
    }

    private static func scalar(_ type: FieldType) -> JSONTree {
        switch type {
        case .boolean: Node.boolean
        case .number(let max): Node.integer(in: 0...max)
        case .signed: Node.integer(in: Int64.min...Int64.max)
        case .hex(let max): Node.hex(max)
        case .text, .base64, .bytePattern, .oword, .guid: Node.text
        case .fileName: Node.name
        case .choice(let names): Node.choice(names)
        case .status: Node.any([Node.choice(NTStatus.table.map(\.term.name)), Node.hex(UInt64(UInt32.max))])
        case .operation:
            Node.any([
                Node.choice(EngineMessage.Operation.names),
                Node.plainInteger(in: 0...UInt8.max),
            ])
        case .processRules: Node.word(ProcessRules.allNames)
        case .processFlags: Node.word(ProcessFlags.allNames)
        case .streamRules: Node.word(StreamContextRules.allNames)
        case .time: Node.ref("time")
        case .process, .thread, .processId, .threadId: Node.ref("process")
        case .list: Node.ref("variable")
        case .members(let members): fields(members)
        }
    }
}

extension FieldType {
    fileprivate var isList: Bool { if case .list = self { true } else { false } }
}
