import Bytes
import Driver
import Messages

extension SchemaPage {
    /// The `data` of CloudEvents and the `message` of journal entries: a schema per kind, and one per operation of each kind.
    ///
    /// Each variant repeats the members that all have, because generators of clients do not merge members beside `oneOf`.
    mutating func messageData() {
        union(
            "SyncMessageData", "A synchronous message, as the engine gets it in the `data` of a CloudEvent.",
            SyncOperation.allCases.map { (["\($0.name)"], "\($0.name)Data") })
        for operation in SyncOperation.allCases { variant(operation) }
        let published = AsyncOperation.allCases.filter(\.hasLayout)
        let unpublished = AsyncOperation.allCases.filter { !$0.hasLayout }
        union(
            "AsyncMessageData", "A queued message, as the engine gets it in the `data` of a CloudEvent.",
            published.map { (["\($0.name)"], "\($0.name)Data") }
                + [(unpublished.map { "\($0.name)" }, "UnpublishedData")])
        for operation in published { variant(operation, kind: "async", name: "\(operation.name)Data") }
        unpublishedVariant(unpublished)
        let direct = published.filter { operation in
            DriverRoutine.allCases.contains { $0.messageTypes.contains(.direct(operation)) }
        }
        union(
            "DirectMessageData", "A message that is sent at once, as the engine gets it in the `data` of a CloudEvent.",
            direct.map { (["\($0.name)"], "Direct\($0.name)Data") })
        for operation in direct { variant(operation, kind: "direct", name: "Direct\(operation.name)Data") }
    }

    private mutating func variant(_ operation: SyncOperation) {
        let structure = operation.structure
        data("\(operation.name)Data", operation.term.explanation.asSentence, ["ioPriority"], structure.members)
        property(2, "kind", "type: string, const: sync")
        code("\(operation.name)", Int(operation.rawValue))
        let totalSize = SyncMessage.headerSize + structure.fixedSize
        sizes(totalSize: structure.hasFixedSize ? totalSize : nil, sizeOfData: nil)
        property(2, "ioPriority", ref("IoPriority"))
        members(structure) { $0.outputSchema }
    }

    private mutating func variant(_ operation: AsyncOperation, kind: String, name: String) {
        let structure = operation.structure
        // LoadImage leaves some fields 0; these are present only if a raw notification sets them.
        let isLoad = operation == .loadImage
        data(
            name, "\(operation.term.explanation.asSentence) Structure: \(structure.name).", ["notificationNumber"],
            structure.members.filter { !(isLoad && $0.isLeftZeroByLoadImage) })
        property(2, "kind", "type: string, const: \(kind)")
        code("\(operation.name)", Int(operation.rawValue))
        if structure.hasFixedSize {
            let message = AsyncMessage(operation: operation, body: AsyncBody(operation) { _ in nil })
            sizes(totalSize: structure.fixedSize, sizeOfData: Int(message.sizeOfData))
        } else {
            sizes(totalSize: nil, sizeOfData: nil)
        }
        property(2, "notificationNumber", operation.isNumbered ? ref("NotificationNumber") : "type: integer, const: 0")
        members(structure) { field in
            // A direct CreateProcess is a creation (PRC-2); an exit is queued.
            let isRefined = isLoad && field.isLeftZeroByLoadImage || kind == "direct" && field.kind == .flag
            return isRefined ? field.refinementWhenSet ?? field.outputSchema : field.outputSchema
        }
    }

    private mutating func unpublishedVariant(_ operations: [AsyncOperation]) {
        data("UnpublishedData", "A message without a published layout.", ["notificationNumber", "data"], [])
        property(2, "kind", "type: string, const: async")
        property(2, "operation", "type: string, enum: [\(operations.map(\.name).joined(separator: ", "))]")
        property(
            2, "operationCode", "type: integer, enum: [\(operations.map { "\($0.rawValue)" }.joined(separator: ", "))]")
        sizes(totalSize: nil, sizeOfData: nil)
        property(2, "notificationNumber", ref("NotificationNumber"))
        nullableProcess()
        property(2, "data", "description: The bytes after the header., " + ref("Bytes"))
    }

    /// Begins a variant with the members that every message has and whose schemas do not depend on the operation.
    private mutating func data(_ name: String, _ about: String, _ ours: [String], _ fields: [LayoutField]) {
        let common = ["host", "sequence", "kind", "operation", "operationCode", "process", "totalSize", "sizeOfData"]
        let own = fields.compactMap(\.member).filter { $0 != "process" }
        object(name, about, requiring: common + ours + own)
        property(2, "host", ref("HostName"))
        property(2, "sequence", "type: integer, minimum: 1, maximum: 9223372036854775807")
    }

    private mutating func code(_ operation: String, _ code: Int) {
        property(2, "operation", "type: string, const: \(operation)")
        property(2, "operationCode", "type: integer, const: \(code)")
    }

    private mutating func sizes(totalSize: Int?, sizeOfData: Int?) {
        let range = "minimum: 32, maximum: 4294967295"
        property(
            2, "totalSize",
            "description: Size of the whole message in bytes., type: integer, "
                + (totalSize.map { "const: \($0)" } ?? range))
        property(
            2, "sizeOfData",
            "description: \"SizeOfData of the message's header, in bytes.\", "
                + (sizeOfData.map { "type: integer, const: \($0)" } ?? ref("UInt32")))
    }

    /// The process, unless the structure has it, and the members of the structure.
    private mutating func members(_ structure: StructureLayout, schema: (LayoutField) -> String) {
        if !structure.members.contains(where: { $0.member == "process" }) { nullableProcess() }
        for field in structure.members {
            let isProcess = field.member == "process"
            property(2, field.member ?? "", (isProcess ? aboutProcess : "") + schema(field))
        }
    }

    private mutating func nullableProcess() {
        line(2, "process:")
        description(
            3, "The process that the message is about; the journal's is the one whose counters it was added to.")
        line(3, "anyOf:")
        line(4, "- {\(ref("ProcessReference"))}")
        line(4, "- {type: \"null\"}")
    }

    private var aboutProcess: String {
        "description: The process in the structure; the journal's is the one whose counters it was added to., "
    }

    /// A raw asynchronous notification, by operation.
    mutating func asyncNotification() {
        let published = AsyncOperation.allCases.filter(\.hasLayout)
        let unpublished = AsyncOperation.allCases.filter { !$0.hasLayout }
        line(0, "AsyncNotification:")
        description(
            1,
            "An asynchronous notification; `operation`, a name or a number, determines the members of `data` (ASY-1). Without "
                + "`data`, everything is 0 or absent.")
        line(1, "oneOf:")
        line(2, "- {\(ref("AsyncNotificationByName"))}")
        line(2, "- {\(ref("AsyncNotificationByCode"))}")
        union(
            "AsyncNotificationByName", "An asynchronous notification whose `operation` is a name.",
            published.map { (["\($0.name)"], "\($0.name)Notification") }
                + [(unpublished.map { "\($0.name)" }, "UnpublishedNotification")])
        // A discriminator is a string.
        line(0, "AsyncNotificationByCode:")
        description(1, "An asynchronous notification whose `operation` is a number, TypeOfOperation.")
        line(1, "oneOf:")
        for name in published.map({ "\($0.name)" }) + ["Unpublished"] {
            line(2, "- {\(ref("\(name)NotificationByCode"))}")
        }
        for operation in published {
            notification("\(operation.name)", [operation], data: ref("\(operation.structure.name)Input"))
        }
        notification("Unpublished", unpublished, data: ref("UnpublishedInput"))
        let high = AsyncOperation.allCases.filter(\.isHighPriority).map(\.name).joined(separator: ", ")
        line(0, "HighPriority:")
        description(1, "The list it goes to. The default depends on the type: high for \(high).")
        line(1, "type: boolean")
        var structures: [StructureLayout] = []
        for structure in published.map(\.structure) where !structures.contains(structure) {
            structures.append(structure)
        }
        for structure in structures { input(structure) }
        unpublishedInput()
    }

    private mutating func notification(_ name: String, _ operations: [AsyncOperation], data: String) {
        let names = operations.map { "\($0.name)" }
        let codes = operations.map { "\($0.rawValue)" }
        let isOne = operations.count == 1
        for (suffix, type, values) in [("", "string", names), ("ByCode", "integer", codes)] {
            object("\(name)Notification\(suffix)", nil, requiring: ["operation"])
            let list = values.joined(separator: ", ")
            property(2, "operation", "type: \(type), " + (isOne ? "const: \(list)" : "enum: [\(list)]"))
            property(
                2, "processId", "description: The live process that it is about and counted for., " + ref("UInt32"))
            property(2, "highPriority", ref("HighPriority"))
            property(2, "data", data)
        }
    }

    private mutating func input(_ structure: StructureLayout) {
        let fields = structure.members
        object("\(structure.name)Input", nil, requiring: fields.filter(\.isRequired).compactMap(\.member))
        for field in fields { property(2, field.member ?? "", field.inputSchema) }
        for field in fields {
            guard let former = field.formerMember, let member = field.member else { continue }
            property(2, former, "deprecated: true, " + field.inputSchema)
            property(1, "not", "required: [\(former), \(member)]")
        }
    }

    /// The data of messages without a layout: an object, or bytes alone as in former versions.
    private mutating func unpublishedInput() {
        line(0, "UnpublishedInput:")
        description(1, "An object; bytes alone are the former form, which is deprecated.")
        line(1, "oneOf:")
        line(2, "- {\(ref("RawDataInput"))}")
        line(2, "- {\(ref("BytesInput"))}")
        line(0, "RawDataInput:")
        line(1, "type: object")
        line(1, "additionalProperties: false")
        line(1, "properties:")
        property(2, "data", "description: The bytes after the header., \(ref("BytesInput")), default: \"\"")
    }

    /// A schema that is one of several by `operation`.
    private mutating func union(_ name: String, _ about: String, _ variants: [(operations: [String], schema: String)]) {
        line(0, "\(name):")
        description(1, about)
        line(1, "oneOf:")
        for variant in variants { line(2, "- {\(ref(variant.schema))}") }
        line(1, "discriminator:")
        line(2, "propertyName: operation")
        line(2, "mapping:")
        for variant in variants {
            for operation in variant.operations {
                line(3, "\(operation): \"#/components/schemas/\(variant.schema)\"")
            }
        }
    }

    private mutating func object(_ name: String, _ about: String?, requiring members: [String]) {
        line(0, "\(name):")
        if let about { description(1, about) }
        line(1, "type: object")
        line(1, "required: [\(members.joined(separator: ", "))]")
        line(1, "additionalProperties: false")
        line(1, "properties:")
    }

    private mutating func property(_ level: Int, _ name: String, _ schema: String) {
        line(level, "\(name): {\(schema)}")
    }
}

private func ref(_ schema: String) -> String { "$ref: \"#/components/schemas/\(schema)\"" }

extension StructureLayout {
    /// The fields that JSON shows.
    fileprivate var members: [LayoutField] { fields.filter { $0.member != nil } }

    fileprivate var hasFixedSize: Bool { fields.allSatisfy { $0.size != nil } }
}

extension LayoutField {
    /// The schema of its value in a message.
    fileprivate var outputSchema: String { about + schema(process: "Reference", input: "") }

    /// The schema of its value in a raw notification.
    fileprivate var inputSchema: String { about + schema(process: "ReferenceInput", input: "Input") }

    private func schema(process suffix: String, input: String) -> String {
        switch kind {
        case .flag: "type: integer, enum: [0, 1]"
        case .hex: input.isEmpty ? ref("Hex") : ref("HexInput\(8 * (size ?? 8))")
        case .process: ref("Process\(suffix)")
        case .thread: ref("Thread\(suffix)")
        case .guid: ref("Guid\(input)")
        case .oword: ref("SixteenBytes\(input)")
        case .text: ref("Text")
        case .data: ref("Bytes\(input)")
        case .hashes:
            "type: array, \(input.isEmpty ? "" : "maxItems: 4096, ")items: {\(ref("SixteenBytes\(input)"))}"
        case .number, .signed, .constant, .zero, .length, .count, .offset: ref(size == 1 ? "Byte" : "UInt32")
        }
    }

    /// The schema of a value that is present only if it is not 0.
    fileprivate var refinementWhenSet: String? {
        switch kind {
        case .flag: "type: integer, minimum: 1, maximum: 1"
        case .number: outputSchema + ", minimum: 1"
        case .hex: outputSchema + ", not: {const: \"0x0\"}"
        case .text: outputSchema + ", minLength: 1"
        default: nil
        }
    }

    /// The names of its values, as the beginning of a schema.
    private var about: String {
        guard let valueNames, valueNames.names.count <= 10 else { return "" }
        let names = valueNames.names.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "description: \"\(names.joined(separator: ", ")).\", "
    }
}
