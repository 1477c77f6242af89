public import Driver
import Messages

/// A field of a message that a criterion can name: a line of the table of criteria.
public struct MessageField: Sendable {
    /// Its name, as a key.
    private let key: StaticString
    /// Its name.
    public let name: String
    /// Its type.
    public let type: FieldType
    /// The kinds of messages that have it.
    public let kinds: Set<EngineMessage.Kind>
    let read: @Sendable (ObservedMessage) -> ObservedValue

    private init(
        _ key: StaticString, _ type: FieldType, in kinds: Set<EngineMessage.Kind> = Set(EngineMessage.Kind.allCases),
        _ read: @escaping @Sendable (ObservedMessage) -> ObservedValue
    ) {
        self.key = key
        name = key.description
        self.type = type
        self.kinds = kinds
        self.read = read
    }

    /// The table, except `data`, whose fields depend on the operation.
    public static let table: [MessageField] = [
        MessageField("operation", .operation) { .text($0.message.operationName) },
        MessageField("kind", .choice(EngineMessage.Kind.allCases.map(\.rawValue))) { .text($0.message.kind.rawValue) },
        MessageField("delivery", .choice(MessageRecord.Delivery.allCases.map(\.rawValue))) {
            .text($0.delivery.rawValue)
        },
        MessageField("status", .status) { .status($0.status) },
        MessageField("acknowledged", .boolean, in: [.sync]) {
            $0.message.kind == .sync ? .bool($0.acknowledged) : .absent
        },
        MessageField("clearedRule", .choice(MessageField.rulesThatAreCleared), in: [.sync]) {
            .optional($0.clearedRule)
        },
        MessageField("routine", .choice(DriverRoutine.allCases.map(\.name))) { .text($0.routine.name) },
        MessageField("process", .process) { $0.message.process.map { .process($0) } ?? .absent },
        MessageField("notificationNumber", .signed, in: [.async, .direct]) { message in
            guard case .async(let content) = message.message.content else { return .absent }
            return .signed(content.notificationNumber)
        },
        MessageField("sequence", .number(max: .max)) { .number($0.sequence) },
        MessageField("durationMicroseconds", .number(max: .max)) { number($0.durationMicroseconds) },
        MessageField("droppedFor", .number(max: .max), in: [.async]) { number($0.droppedFor) },
        MessageField("reply", .members(replyFields)) { $0.reply.map(MessageField.members) ?? .absent },
        MessageField("bytes", .bytePattern) { .octets($0.message.bytes) },
    ]

    /// The name of `data`, the fields of the CloudEvent.
    public static let data = "data"

    /// The names of all criteria.
    public static let names: [StaticString] = table.map(\.key) + ["data"]

    private static func number(_ number: UInt64?) -> ObservedValue { number.map { .number($0) } ?? .absent }

    /// The names of the bits that an acknowledgment clears (SYN-9).
    private static let rulesThatAreCleared =
        ProcessRules.allNames
        + StreamContextRules.allNames.filter {
            !ProcessRules.allNames.contains($0)
        }

    private static let replyFields: [FieldType.Field] = [
        .init("httpStatus", .number(max: 999)), .init("operationType", .signed), .init("accessDenied", .boolean),
        .init("rules", .processRules), .init("flags", .processFlags),
    ]

    private static func members(_ reply: MessageReply) -> ObservedValue {
        let creation = reply.reading.creation
        return .members([
            .init("httpStatus", number(reply.answer.map { UInt64($0.httpStatus) })),
            .init("operationType", reply.reading.operationType.map { .signed(Int64($0)) } ?? .absent),
            .init("accessDenied", creation.map { .bool($0.accessDenied) } ?? .absent),
            .init("rules", creation?.processRules.map { .word(ProcessRules(rawValue: $0)) } ?? .absent),
            .init("flags", creation?.processFlags.map { .word(ProcessFlags(rawValue: $0)) } ?? .absent),
        ])
    }
}

// MARK: - The fields of `data`

extension MessageField {
    /// The fields of `data` that all messages of `kind` have, before those of the operation.
    public static func commonData(of kind: EngineMessage.Kind) -> [FieldType.Field] {
        let priority: [FieldType.Field] = ["ioPriority", "threadPriority", "pagePriority"].map {
            .init($0, .number(max: UInt64(UInt32.max)))
        }
        return [
            .init("sequence", .number(max: .max)),
            .init("kind", .choice(EngineMessage.Kind.allCases.map(\.rawValue))), .init("operation", .operation),
            .init("operationCode", .signed),
            kind == .sync ? .init("ioPriority", .members(priority)) : .init("notificationNumber", .signed),
            .init("process", .process), .init("totalSize", .number(max: UInt64(UInt32.max))),
            .init("sizeOfData", .number(max: UInt64(UInt32.max))),
        ]
    }

    /// The fields of `data` of an operation's messages.
    public static func data(of operation: EngineMessage.Operation) -> [FieldType.Field] {
        let (structure, kind): (StructureLayout, EngineMessage.Kind) =
            switch operation {
            case .sync(let operation): (operation.structure, .sync)
            case .async(let operation): (operation.structure, .async)
            }
        let common = commonData(of: kind)
        return common
            + structure.fields.compactMap { field in
                guard let member = field.member, !common.contains(where: { $0.name == member }),
                    let type = FieldType(field)
                else { return nil }
                return .init(member, type)
            }
    }
}

extension ObservedMessage {
    /// The value of the field at `path`, `data.targetProcess`.
    public func value(at path: String) -> ObservedValue {
        let name = path.prefix { $0 != "." }
        let rest = String(path.dropFirst(name.count + 1))
        if name == MessageField.data { return data(rest) }
        let value = MessageField.table.first { $0.name == name }?.read(self) ?? .absent
        return rest.isEmpty ? value : value[rest]
    }

    /// The value of a field of `data`.
    private func data(_ path: String) -> ObservedValue {
        let name = path.prefix { $0 != "." }
        switch message.content {
        case .sync(let content):
            if name == "ioPriority" { return priority(content.ioPriority)[String(path.dropFirst(name.count + 1))] }
            return member(
                String(name), of: content.data.members, sizeOfData: message.totalSize - SyncMessage.headerSize)
        case .async(let content):
            if name == "notificationNumber" { return .signed(content.notificationNumber) }
            return member(
                String(name), of: content.members, sizeOfData: content.sizeOfData(of: message.totalSize))
        }
    }

    private func member(_ name: String, of members: [MessageMember], sizeOfData: Int) -> ObservedValue {
        if let member = members.first(where: { $0.name == name }) { return ObservedValue(member.value) }
        switch name {
        case "sequence": return .number(message.sequence)
        case "kind": return .text(message.kind.rawValue)
        case "operation": return .text(message.operationName)
        case "operationCode": return .signed(Int64(message.operationCode))
        case "process": return message.process.map { .process($0) } ?? .absent
        case "totalSize": return .number(UInt64(message.totalSize))
        case "sizeOfData": return .number(UInt64(sizeOfData))
        default: return .absent
        }
    }

    private func priority(_ priority: MpIoPriority) -> ObservedValue {
        .members([
            .init("ioPriority", .number(UInt64(priority.ioPriority))),
            .init("threadPriority", .number(UInt64(priority.threadPriority))),
            .init("pagePriority", .number(UInt64(priority.pagePriority))),
        ])
    }
}
