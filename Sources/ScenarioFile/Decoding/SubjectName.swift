import Scenarios

/// The subjects of expectations, by their keys.
enum SubjectName: String, CaseIterable {
    case messages, order, nothingElse, lossless, process, stream, counters, queue, drivers, bootProcesses, routine,
        outcome, golden

    /// The key.
    var key: StaticString {
        switch self {
        case .messages: "messages"
        case .order: "order"
        case .nothingElse: "nothingElse"
        case .lossless: "lossless"
        case .process: "process"
        case .stream: "stream"
        case .counters: "counters"
        case .queue: "queue"
        case .drivers: "drivers"
        case .bootProcesses: "bootProcesses"
        case .routine: "routine"
        case .outcome: "outcome"
        case .golden: "golden"
        }
    }

    /// Whether it is about messages, so that it can have a scope.
    var isAboutMessages: Bool {
        switch self {
        case .messages, .order, .nothingElse, .golden: true
        case .lossless, .process, .stream, .counters, .queue, .drivers, .bootProcesses, .routine, .outcome: false
        }
    }

    /// All keys of an expectation with this subject.
    var members: [StaticString] {
        let scope: [StaticString] = isAboutMessages ? ["by", "since", "until", "anywhere"] : []
        return [key, "because", "host", "settled"] + scope + ownMembers
    }

    private var ownMembers: [StaticString] {
        let counts: [StaticString] = ["exactly", "atLeast", "atMost", "never"]
        switch self {
        case .messages, .drivers, .bootProcesses: return counts
        case .order: return ["strict", "of"]
        case .nothingElse: return ["except"]
        case .process:
            return [
                "exists", "rules", "flags", "imageFileName", "commandLine", "currentCommandLine", "parent", "creator",
                "sessionId", "notificationsSent", "wow64CpuImageBase", "threads",
            ]
        case .stream: return ["exists", "rules"]
        case .routine: return ["of", "notified", "checks", "decidedBy"]
        case .outcome: return ["of"]
        case .golden: return ["fields"]
        case .lossless, .counters, .queue: return []
        }
    }
}
