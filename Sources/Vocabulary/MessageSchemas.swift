import Driver
import Messages

extension SchemaPage {
    /// The `data` of a CloudEvent, by operation.
    mutating func messageData() {
        line(0, "MessageData:")
        description(1, "The message itself, as the engine gets it in the `data` of a CloudEvent.")
        line(1, "type: object")
        line(1, "required: [host, sequence, kind, operation, operationCode, process, totalSize, sizeOfData]")
        line(1, "properties:")
        property(2, "host", ref("HostName"))
        property(2, "sequence", "type: integer, minimum: 1, maximum: 9223372036854775807")
        line(2, "process:")
        description(
            3,
            "The process that the message is about. In OpenProcess, OpenDesktop and RegistryEvent, the one in the structure "
                + "itself; the journal's is the one whose counters it was added to.")
        line(3, "anyOf:")
        line(4, "- {\(ref("ProcessReference"))}")
        line(4, "- {type: \"null\"}")
        property(
            2, "totalSize",
            "description: Size of the whole message in bytes., type: integer, minimum: 32, maximum: 4294967295")
        property(2, "sizeOfData", "description: \"SizeOfData of the message's header, in bytes.\", " + ref("UInt32"))
        line(1, "unevaluatedProperties: false")
        line(1, "oneOf:")
        for operation in SyncOperation.allCases { variant(operation) }
        for operation in AsyncOperation.allCases where operation.hasLayout { variant(operation) }
        unpublishedVariant()
        line(1, "examples:")
        line(2, "- host: default")
        for member in [
            "sequence: 17", "kind: sync", "operation: NewThreadDifferentProcess", "operationCode: 3",
            "ioPriority: {ioPriority: 2, threadPriority: 8, pagePriority: 5}",
            "process: {processId: 584, creationTime: \"2020-02-21T10:15:30.1234567Z\"}", "totalSize: 60",
            "sizeOfData: 12",
            "targetProcess: {processId: 664, creationTime: \"2020-02-21T10:15:31.0000000Z\"}",
        ] { line(3, member) }
    }

    private mutating func variant(_ operation: SyncOperation) {
        let fields = operation.structure.members
        variant(
            operation.term.sentence,
            requiring: ["ioPriority"] + fields.compactMap(\.messageMember).filter { $0 != "process" })
        property(4, "kind", "const: sync")
        property(4, "operation", "const: \(operation.name)")
        property(4, "operationCode", "const: \(operation.rawValue)")
        if operation.structure.hasFixedSize {
            property(4, "totalSize", "const: \(SyncMessage.headerSize + operation.structure.fixedSize)")
        }
        property(4, "ioPriority", ref("IoPriority"))
        for field in fields { property(4, field.messageMember ?? "", field.outputSchema) }
    }

    private mutating func variant(_ operation: AsyncOperation) {
        let structure = operation.structure
        // LoadImage leaves some fields 0; these are present only if a raw notification sets them.
        let isLoad = operation == .loadImage
        let required = structure.members.filter { !(isLoad && $0.isLeftZeroByLoadImage) }
        variant(
            "\(operation.term.sentence) Structure: \(structure.name).",
            requiring: ["notificationNumber"] + required.compactMap(\.messageMember).filter { $0 != "process" })
        let isDirect = DriverRoutine.allCases.contains { $0.messageTypes.contains(.direct(operation)) }
        property(4, "kind", isDirect ? "enum: [async, direct]" : "const: async")
        property(4, "operation", "const: \(operation.name)")
        property(4, "operationCode", "const: \(operation.rawValue)")
        if structure.hasFixedSize {
            property(4, "totalSize", "const: \(structure.fixedSize)")
            let message = AsyncMessage(operation: operation, body: AsyncBody(operation) { _ in nil })
            property(4, "sizeOfData", "const: \(message.sizeOfData)")
        }
        property(4, "notificationNumber", operation.isNumbered ? ref("NotificationNumber") : "const: 0")
        for field in structure.members {
            let refinement = isLoad && field.isLeftZeroByLoadImage ? field.refinementWhenSet : nil
            property(4, field.messageMember ?? "", refinement ?? field.outputSchema)
        }
    }

    private mutating func unpublishedVariant() {
        let operations = AsyncOperation.allCases.filter { !$0.hasLayout }
        variant("A message without a published layout.", requiring: ["notificationNumber", "data"])
        property(4, "kind", "const: async")
        property(4, "operation", "enum: [\(operations.map(\.name).joined(separator: ", "))]")
        property(4, "operationCode", "enum: [\(operations.map { "\($0.rawValue)" }.joined(separator: ", "))]")
        property(4, "notificationNumber", ref("NotificationNumber"))
        property(4, "data", "description: The bytes after the header., " + ref("Base64"))
    }

    private mutating func variant(_ about: String, requiring members: [String]) {
        line(2, "- description: >-")
        line(4, about)
        line(3, "required: [\(members.joined(separator: ", "))]")
        line(3, "properties:")
    }

    /// A raw asynchronous notification, by operation.
    mutating func asyncNotification() {
        line(0, "AsyncNotification:")
        description(
            1,
            "An asynchronous notification; `operation`, a name or a number, determines the members of `data` (ASY-1). Without "
                + "`data`, everything is 0 or absent.")
        line(1, "type: object")
        line(1, "required: [operation]")
        line(1, "properties:")
        property(
            2, "processId", "description: The live process that it is about and counted for., " + ref("UInt32"))
        line(2, "highPriority:")
        let high = AsyncOperation.allCases.filter(\.isHighPriority).map(\.name).joined(separator: ", ")
        description(3, "The list it goes to. The default depends on the type: high for \(high).")
        line(3, "type: boolean")
        line(1, "unevaluatedProperties: false")
        line(1, "oneOf:")
        let published = AsyncOperation.allCases.filter(\.hasLayout)
        var structures: [StructureLayout] = []
        for structure in published.map(\.structure) where !structures.contains(structure) {
            structures.append(structure)
        }
        for structure in structures { input(structure, of: published.filter { $0.structure == structure }) }
        line(2, "- properties:")
        property(4, "operation", AsyncOperation.allCases.filter { !$0.hasLayout }.namesAndNumbers)
        property(4, "data", "description: The bytes after the header., \(ref("Base64Input")), default: \"\"")
    }

    private mutating func input(_ structure: StructureLayout, of operations: [AsyncOperation]) {
        line(2, "- properties:")
        property(4, "operation", operations.namesAndNumbers)
        line(4, "data:")
        line(5, "description: \(structure.name).")
        line(5, "type: object")
        line(5, "required: [\(structure.members.filter(\.isRequired).compactMap(\.member).joined(separator: ", "))]")
        line(5, "additionalProperties: false")
        line(5, "properties:")
        for field in structure.members { property(6, field.member ?? "", field.inputSchema) }
    }

    private mutating func property(_ level: Int, _ name: String, _ schema: String) {
        line(level, "\(name): {\(schema)}")
    }
}

private func ref(_ schema: String) -> String { "$ref: \"#/components/schemas/\(schema)\"" }

extension [AsyncOperation] {
    fileprivate var namesAndNumbers: String {
        "enum: [\(map { "\($0.name), \($0.rawValue)" }.joined(separator: ", "))]"
    }
}

extension Term {
    /// Its explanation as a sentence.
    fileprivate var sentence: String { explanation.prefix(1).uppercased() + explanation.dropFirst() + "." }
}

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
        case .flag: "enum: [0, 1]"
        case .hex: input.isEmpty ? ref("Hex") : ref("HexInput\(8 * (size ?? 8))")
        case .process: ref("Process\(suffix)")
        case .thread: ref("Thread\(suffix)")
        case .guid: ref("Guid\(input)")
        case .oword: ref("SixteenBytes\(input)")
        case .text: ref("Text")
        case .data: ref("Base64\(input)")
        case .hashes:
            "type: array, \(input.isEmpty ? "" : "maxItems: 4096, ")items: {\(ref("SixteenBytes\(input)"))}"
        case .number, .signed, .constant, .zero, .length, .count, .offset: ref(size == 1 ? "Byte" : "UInt32")
        }
    }

    /// The schema of a value that is present only if it is not 0.
    fileprivate var refinementWhenSet: String? {
        switch kind {
        case .flag: "const: 1"
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
