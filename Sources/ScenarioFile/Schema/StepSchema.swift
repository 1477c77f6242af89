import Driver
import DriverJSON
import JSON
import Messages
import Scenarios

/// The schema of steps.
enum StepSchema {
    private typealias Node = SchemaNode

    private static let id = Node.integer(in: 0...UInt32.max)
    private static let process = Node.ref("process")
    private static let address = Node.hex(.max)
    private static let processRules = Node.word(ProcessRules.allNames)
    private static let processFlags = Node.word(ProcessFlags.allNames)
    private static let streamRules = Node.word(StreamContextRules.allNames)

    static let step: JSONTree = {
        let flags: [(String, JSONTree)] = [
            ("id", Node.ref("identifier")), ("host", Node.name), ("background", Node.boolean),
            ("fails", Node.choice(DriverProblem.allCases.map(\.rawValue))),
            ("expect", Node.list(Node.ref("expectation"), least: 1, most: 10_000)),
        ]
        let one = ActionName.allCases.map { Node.has($0.name) }
        let none = JSONTree.object([
            .init("required", Node.texts(["expect"])), .init("not", .object([.init("anyOf", .array(one))])),
        ])
        return Node.object(
            flags + ActionName.allCases.map { ($0.name, Node.described($0.meaning, action($0))) },
            more: [.init("oneOf", .array(one + [none]))])
    }()

    private static func action(_ name: ActionName) -> JSONTree {
        switch name {
        case .createProcess: createProcess
        case .exitProcess: process
        case .createThread: createThread
        case .deleteThread, .deleteStream: Node.name
        case .loadImage:
            Node.object(
                [
                    ("process", process), ("fullImageName", Node.name), ("imageBase", address), ("imageSize", address),
                    ("systemModeImage", Node.boolean), ("extendedInfoPresent", Node.boolean), ("threadId", id),
                ], required: ["process", "fullImageName"])
        case .loadDriver:
            Node.object(
                [("fullImageName", Node.name), ("imageBase", address), ("imageSize", address)],
                required: ["fullImageName"])
        case .streamContext:
            Node.object(
                [("as", Node.ref("identifier")), ("fileName", Node.name), ("rules", streamRules)],
                required: ["fileName"])
        case .setRules: setRules
        case .setFlags:
            Node.object(
                [("process", process), ("flags", processFlags), ("set", processFlags), ("clear", processFlags)],
                required: ["process"], more: [word("flags")])
        case .setCommandLine:
            Node.object([("process", process), ("commandLine", Node.text)], required: ["process", "commandLine"])
        case .notify: notify
        case .replay: replay
        case .findProcess:
            Node.object(
                [("as", Node.ref("identifier")), ("processId", id), ("imageFileName", Node.name)], required: ["as"],
                more: [anyRequired(["processId", "imageFileName"])])
        case .worker:
            Node.whenType(
                "object", Node.object([("step", Node.integer(in: Action.Worker.stepCounts))], required: ["step"]),
                otherwise: Node.choice(["pause", "run", "drain"]))
        case .config: Node.ref("config")
        case .engine: Node.ref("engine")
        case .rulePolicies: Node.ref("rulePolicies")
        case .wait:
            Node.whenType(
                "object",
                Node.object(
                    [
                        ("until", Node.list(awaited, least: 1, most: 10_000)),
                        ("within", Node.ref("timeLimit")),
                    ], required: ["until"]), otherwise: Node.ref("duration"))
        case .await: Node.whenType("array", Node.plainList(Node.name, most: 1000), otherwise: Node.name)
        case .repeat:
            Node.object(
                [
                    ("times", Node.integer(in: 0...CasePlan.maxSteps)), ("as", Node.ref("identifier")),
                    ("steps", Node.plainList(Node.ref("step"), most: 10_000)),
                ], required: ["times", "steps"])
        }
    }

    /// An expectation that a wait can look at again and again.
    private static let awaited = JSONTree.object([
        .init("$ref", .string("#/$defs/expectation")), .init("properties", .object([.init("golden", .bool(false))])),
    ])

    private static func anyRequired(_ names: [String]) -> JSONTree.Member {
        .init("anyOf", .array(names.map { Node.has($0) }))
    }

    /// A new word, or bits to set and to clear.
    private static func word(_ name: String) -> JSONTree.Member { anyRequired([name, "set", "clear"]) }

    private static let createProcess = Node.object(
        [
            ("as", Node.ref("identifier")), ("parent", process), ("creator", process), ("processId", id),
            ("creationTime", Node.ref("time")), ("imageFileName", Node.name), ("commandLine", Node.text),
            ("sessionId", id),
            (
                "token",
                Node.object([
                    ("elevationType", id), ("elevation", id), ("integrityLevel", Node.hex(UInt64(UInt32.max))),
                    ("serviceSid", Node.boolean),
                ])
            ),
            ("flags", processFlags), ("rules", processRules),
        ], required: ["imageFileName"])

    private static let createThread = Node.object(
        [
            ("as", Node.ref("identifier")), ("target", process), ("creator", process), ("threadId", id),
            ("creationTime", Node.ref("time")), ("creatorThreadId", id), ("creatorIsSystemThread", Node.boolean),
            ("startAddress", address),
            ("ioPriority", Node.object([("ioPriority", id), ("threadPriority", id), ("pagePriority", id)])),
        ], required: ["target"])

    private static let setRules: JSONTree = {
        func words(_ word: JSONTree) -> JSONTree {
            .object([.init("properties", .object(["rules", "set", "clear"].map { .init($0, word) }))])
        }
        return Node.object(
            [
                ("process", process), ("stream", Node.name), ("rules", .bool(true)), ("set", .bool(true)),
                ("clear", .bool(true)),
            ],
            more: [
                word("rules"),
                .init("oneOf", .array(["process", "stream"].map { Node.has($0) })),
                .init("if", Node.has("stream")), .init("then", words(streamRules)), .init("else", words(processRules)),
            ])
    }()

    private static let notify: JSONTree = {
        func types(_ names: [String]) -> JSONTree {
            Node.any([Node.choice(names), Node.plainInteger(in: 0...UInt8.max)])
        }
        let data: JSONTree = .object([.init("type", Node.texts(["object", "string"]))])
        return Node.when(
            Node.has("sync"),
            Node.object(
                [("sync", types(SyncOperation.allCases.map(\.name))), ("process", process), ("data", data)],
                required: ["process"]),
            otherwise: Node.object(
                [
                    ("async", types(AsyncOperation.allCases.map(\.name))), ("process", process),
                    ("highPriority", Node.boolean), ("data", data),
                ], required: ["async"]))
    }()

    private static let replay = Node.object(
        [
            ("file", Node.name), ("format", Node.choice(ReplayPlan.Format.allCases.map(\.rawValue))),
            ("machine", Node.whenType("object", Node.mapping(of: Node.name, most: 100), otherwise: Node.text)),
            ("pace", Node.textOrVariable(matching: "^(asap|recorded|x[0-9.]+)$")),
            ("order", Node.choice(ReplayPlan.Order.allCases.map(\.rawValue))), ("initialThreads", Node.boolean),
            ("onFull", Node.choice(["drop", "wait"])), ("rejected", Node.integer(in: ReplayPlan.rejectedCounts)),
        ], required: ["file"])
}
