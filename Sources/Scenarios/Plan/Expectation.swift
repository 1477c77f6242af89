public import Driver
public import JSON

/// An item of an `expect` list.
public struct Expectation: Sendable {
    /// The line of its subject's key.
    public var line: Int
    /// Its subject.
    public var subject: Subject
    /// Why it matters, as the author says.
    public var because: String?
    /// The host; nil for that of the step.
    public var host: String?
    /// Whether the run waits for the worker first.
    public var settled = true
    /// The messages that it is about.
    public var scope = Scope()
    /// The item as it was read.
    public var source: JSONTree

    /// An expectation about `subject` at `line`.
    public init(line: Int, _ subject: Subject, source: JSONTree) {
        self.line = line
        self.subject = subject
        self.source = source
    }

    /// The subject of an expectation.
    public enum Subject: Sendable {
        /// How many messages match.
        case messages(Criteria, Count)
        /// Messages in an order.
        case order([Criteria], isStrict: Bool, of: Order)
        /// That there is no other message than those of the same list and these.
        case nothingElse(except: [Criteria])
        /// Whether every message of the host is sent.
        case lossless(Bool)
        /// A process: whether it exists, and its fields.
        case process(Reference, exists: Bool, [FieldMatcher])
        /// A stream context.
        case stream(String, exists: Bool, [FieldMatcher])
        /// Counters, by their path.
        case counters([FieldMatcher])
        /// The queue and its worker, by path.
        case queue([FieldMatcher])
        /// How many loaded kernel images match.
        case drivers([FieldMatcher], Count)
        /// How many of the first processes match (PRC-8).
        case bootProcesses([FieldMatcher], Count)
        /// That a routine ran, and its conditions.
        case routine(RoutineExpectation)
        /// The result of a step.
        case outcome([FieldMatcher], of: String?)
        /// The messages, line by line.
        case golden(GoldenFile)
    }

    /// In which order messages are compared.
    public enum Order: String, CaseIterable, Sendable {
        /// In which the driver made them.
        case made
        /// In which they came to their end.
        case ended
    }

    /// The part of a host's messages that an expectation is about.
    public struct Scope: Hashable, Sendable {
        /// Only the messages of this step.
        public var by: String?
        /// Only those after this step began.
        public var since: String?
        /// Only those before this step was done.
        public var until: String?
        /// All, although the step has an action.
        public var anywhere = false

        /// The default: the messages of the step, or all without an action.
        public init() {}

        /// Whether it is that of the step.
        public var isDefault: Bool { self == Scope() }
    }
}

/// How many must match.
public struct Count: Hashable, Sendable {
    /// At least so many.
    public var atLeast: Int
    /// At most so many; nil for any number.
    public var atMost: Int?
    /// Whether it was given as `never`.
    public var isNever = false

    /// The numbers that a scenario can name.
    public static let numbers = 0...1_000_000_000

    /// At least 1.
    public static let some = Count(atLeast: 1)
    /// Not one.
    public static let never = Count(atLeast: 0, atMost: 0, isNever: true)

    /// So many.
    public static func exactly(_ count: Int) -> Count { Count(atLeast: count, atMost: count) }

    /// A count within bounds.
    public init(atLeast: Int, atMost: Int? = nil, isNever: Bool = false) {
        self.atLeast = atLeast
        self.atMost = atMost
        self.isNever = isNever
    }

    /// Whether `count` is within the bounds.
    public func holds(_ count: Int) -> Bool { count >= atLeast && count <= atMost ?? .max }
}

extension Count: CustomStringConvertible {
    /// `exactly 2`, `at least 1`, `at most 3`, `1 to 3` or `never`.
    public var description: String {
        if isNever { return "never" }
        guard let atMost else { return "at least \(atLeast)" }
        if atMost == atLeast { return "exactly \(atMost)" }
        return atLeast == 0 ? "at most \(atMost)" : "\(atLeast) to \(atMost)"
    }
}

/// An expected decision of a routine.
public struct RoutineExpectation: Sendable {
    /// The routine.
    public var routine: DriverRoutine
    /// The step that drove it; nil for that of the expectation.
    public var step: String?
    /// Whether it made a message; nil if that does not matter.
    public var notified: Bool?
    /// Conditions that it must have looked at, with their result.
    public var checks: [Check: Bool] = [:]
    /// The condition that it looked at last.
    public var decidedBy: Check?

    /// That `routine` ran.
    public init(_ routine: DriverRoutine) { self.routine = routine }
}

/// A file with expected messages.
public struct GoldenFile: Hashable, Sendable {
    /// As the scenario names it.
    public var file: String
    /// Where it is.
    public var path: String
    /// The members of each line; nil for all.
    public var fields: [String]?

    /// The members that a line can have.
    public static let members = GoldenLine.members.map(\.name)

    /// The file `file` at `path`.
    public init(file: String, path: String) {
        self.file = file
        self.path = path
    }
}
