import Driver
import DriverJSON
import JSON
import Messages
import Runtime
import WebhookEngine

/// The schema of hosts and their settings.
enum HostSchema {
    private typealias Node = SchemaNode

    private static let processRules = Node.word(ProcessRules.allNames)
    private static let processFlags = Node.word(ProcessFlags.allNames)

    static let host = Node.whenType("null", .bool(true), otherwise: Node.object(members))

    /// The members of a host, and of a scenario with one.
    static let members: [(String, JSONTree)] = ["config", "engine", "rulePolicies"].map { ($0, Node.ref($0)) }

    static let config = Node.object(
        DriverConfig.table.map { setting in
            let schema: JSONTree =
                switch setting.kind {
                case .flag: Node.boolean
                case .choice(let names, _, _): Node.choice(names)
                case .count, .milliseconds:
                    Node.integer(in: setting.range ?? 0...0)
                }
            return ("\(setting.name)", Node.described(setting.term.explanation, schema))
        })

    static let rulePolicies = Node.list(
        Node.object(
            [("imageFileName", Node.name), ("rules", processRules), ("flags", processFlags)],
            required: ["imageFileName"]), most: RulePolicySet.maxCount)

    private static let milliseconds = Node.integer(in: ReplyEntry.delayMilliseconds)
    private static let failEvery = Node.integer(in: ReplyEntry.failEveryValues)
    private static let reply = Node.choice(EmbeddedEngine.Reply.allCases.map(\.rawValue))

    private static let replies = Node.list(
        Node.object([
            ("imageFileName", Node.name), ("kind", Node.choice(EngineMessage.Kind.allCases.map(\.rawValue))),
            ("operation", Node.choice(EngineMessage.Operation.names)), ("reply", reply), ("accessDenied", Node.boolean),
            ("rules", processRules), ("flags", processFlags), ("delayMs", milliseconds), ("failEvery", failEvery),
        ]), most: ReplyEntry.maxCount)

    private static let batch = Node.object([
        ("maxMessages", Node.integer(in: BatchLimits.messageCounts)),
        ("maxDelayMs", Node.integer(in: BatchLimits.delayMilliseconds)),
    ])

    static let engine: JSONTree = {
        let types = ["embedded", "webhook", "none"]
        let type: (String, JSONTree) = ("type", .object([.init("enum", Node.texts(types))]))
        func has(_ name: String) -> JSONTree {
            let value = JSONTree.object([.init("const", .string(name))])
            return .object([
                .init("properties", .object([.init("type", value)])), .init("required", Node.texts(["type"])),
            ])
        }
        let embedded = Node.object([
            type, ("reply", reply), ("delayMs", milliseconds), ("failEvery", failEvery), ("replies", replies),
        ])
        let webhook = Node.object(
            [
                type, ("url", Node.name), ("secret", Node.text),
                ("encoding", Node.choice(WebhookConfiguration.Encoding.allCases.map(\.rawValue))),
                ("headers", Node.mapping(of: Node.text)), ("caFile", Node.name),
                ("batch", batch),
            ], required: ["url"])
        let others = Node.when(has("none"), Node.object([type]), otherwise: embedded)
        return Node.when(has("webhook"), webhook, otherwise: others)
    }()
}
