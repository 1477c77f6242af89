import Scenarios

/// The subjects of expectations.
enum SubjectName: Int, CaseIterable {
    case messages, order, nothingElse, lossless, process, stream, counters, queue, drivers, bootProcesses, routine,
        outcome, golden

    /// The key of each, and those that may stand beside it besides the keys of all, in the order of the cases.
    private static let table: [(subject: SubjectName, key: StaticString, others: [StaticString])] = [
        (.messages, "messages", scope + counts),
        (.order, "order", scope + ["strict", "of"]),
        (.nothingElse, "nothingElse", scope + ["except"]),
        (.lossless, "lossless", []),
        (.process, "process", ["exists"] + ProcessField.names),
        (.stream, "stream", ["exists", "rules"]),
        (.counters, "counters", []),
        (.queue, "queue", []),
        (.drivers, "drivers", counts),
        (.bootProcesses, "bootProcesses", counts),
        (.routine, "routine", ["of", "notified", "checks", "decidedBy"]),
        (.outcome, "outcome", ["of"]),
        (.golden, "golden", scope + ["fields"]),
    ]

    private static let counts: [StaticString] = ["exactly", "atLeast", "atMost", "never"]
    private static let scope: [StaticString] = ["by", "since", "until", "anywhere"]

    /// The key.
    var key: StaticString { Self.table[rawValue].key }
    /// The key as a text.
    var name: String { key.description }
    /// All keys of an expectation with this subject.
    var members: [StaticString] { [key, "because", "host", "settled"] + Self.table[rawValue].others }

    /// Whether it is about messages, so that it can have a scope.
    var isAboutMessages: Bool { members.contains { $0.description == "anywhere" } }
}
