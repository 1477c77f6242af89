public import JSON

/// All that a report says about one case.
public struct CaseReport: Sendable {
    /// How a case ended. Later ones weigh more.
    public enum Verdict: String, CaseIterable, Comparable, Sendable {
        /// Everything held.
        case pass
        /// It was not run.
        case skip
        /// An expectation did not hold.
        case fail
        /// Nothing can be said: the scenario, the tool or the service is at fault.
        case error

        /// Lighter ones are smaller.
        public static func < (one: Verdict, other: Verdict) -> Bool {
            (allCases.firstIndex(of: one) ?? 0) < (allCases.firstIndex(of: other) ?? 0)
        }
    }

    /// The path of the file.
    public var file: String
    /// The line of the scenario.
    public var line: Int
    /// The name of the scenario.
    public var name: String
    /// The row of the matrix.
    public var row: String?
    /// How it ended.
    public var verdict = Verdict.pass
    /// Why it was skipped.
    public var reason: String?
    /// The expectations that did not hold, in the order in which they were looked at.
    public var failures: [FailureReport] = []
    /// The expectations that held, only if the case is to be explained.
    public var held: [HeldReport] = []
    /// Why nothing can be said.
    public var error: ErrorReport?
    /// How many messages the engine under test failed to answer.
    public var failedMessages = 0
    /// How long it took, in real time.
    public var seconds = 0.0
    /// The decisions of the routines; nil unless they are counted.
    public var routines: RoutineCount?
    /// Whether its time was the machine's.
    public var isReal = false
    /// How much time passed for its hosts, in nanoseconds; 0 in real time.
    public var virtualNanoseconds: UInt64 = 0
    /// The first failure of a case that passed later.
    public var flaky: [FailureReport] = []

    /// A case that passed, unless more is said.
    public init(_ plan: CasePlan) {
        file = plan.file
        line = plan.line
        name = plan.name
        row = plan.row
    }

    /// The name with the row: `NAME [ROW]`.
    public var title: String { row.map { "\(name) [\($0)]" } ?? name }

    /// The line that a tool should point to: that of the first failure, else of the scenario.
    public var shownLine: Int { failures.first?.line ?? error?.line ?? line }
}

/// Why nothing can be said about a case.
public struct ErrorReport: Hashable, Sendable {
    /// Whose fault it is.
    public enum Origin: String, Sendable {
        /// The scenario's.
        case scenario
        /// Ours, or the service's.
        case wdfilterd
    }

    /// Whose fault it is.
    public var origin: Origin
    /// The line of the step.
    public var line: Int?
    /// The number of the step.
    public var step: String?
    /// The problem with which the host refused a step.
    public var problem: String?
    /// The description, a phrase.
    public var detail: String

    /// An error that `detail` describes.
    public init(_ origin: Origin, line: Int?, step: String?, problem: String? = nil, detail: String) {
        self.origin = origin
        self.line = line
        self.step = step
        self.problem = problem
        self.detail = detail
    }
}

/// A criterion or a field that was compared.
public struct ComparedField: Hashable, Sendable {
    /// Its path, `data.targetProcess`.
    public var criterion: String
    /// The matcher as it was read.
    public var expected: JSONTree
    /// The value.
    public var actual: JSONTree
    /// Why there is no value, a phrase; nil if there is one.
    public var note: String?
    /// Whether it matched.
    public var isMet: Bool

    /// A comparison.
    public init(criterion: String, expected: JSONTree, actual: JSONTree, note: String? = nil, isMet: Bool) {
        self.criterion = criterion
        self.expected = expected
        self.actual = actual
        self.note = note
        self.isMet = isMet
    }
}

/// An expectation that was looked at: where it stands, and what was compared.
public struct LookReport: Sendable {
    /// The line of the expectation.
    public var line: Int
    /// The step.
    public var step: String
    /// The step's id.
    public var id: String?
    /// The rounds of the `repeat`s around the step, the outer one first.
    public var rounds: [Int]
    /// Why it matters, as the author says.
    public var because: String?
    /// How many, or what, in words.
    public var expected: String
    /// The subject that is counted or compared, in words.
    public var subject: String
    /// How many were found; nil if nothing is counted.
    public var found: Int?
    /// How many messages were in scope; nil if it is not about messages.
    public var scope: Int?
    /// The scope in words.
    public var scopeName: String?
    /// Fields that were compared, or lines of a golden file.
    public var fields: [ComparedField] = []
    /// The difference, if no field shows it.
    public var detail: String?

    /// The rounds in words, `, round 1`; empty outside a `repeat`.
    public var roundWords: String { rounds.words }
}

/// An expectation that did not hold, with its explanation.
@dynamicMemberLookup
public struct FailureReport: Sendable {
    /// The expectation.
    public var look: LookReport
    /// The expectation as it was read.
    public var expectation: JSONTree
    /// The messages that matched.
    public var matched: [UInt64] = []
    /// Messages that are near.
    public var nearest: [NearestMessage] = []
    /// Why it is so.
    public var why: [Reason] = []
    /// The changes that make it hold.
    public var change: [Change] = []

    /// A failure at `line`.
    public init(line: Int, step: StepNumber, id: String?, expectation: JSONTree, expected: String, subject: String) {
        look = LookReport(
            line: line, step: step.description, id: id, rounds: step.iterations, expected: expected, subject: subject)
        self.expectation = expectation
    }

    /// A part of the expectation.
    public subscript<Value>(dynamicMember path: WritableKeyPath<LookReport, Value>) -> Value {
        get { look[keyPath: path] }
        set { look[keyPath: path] = newValue }
    }

    /// A part of the expectation.
    public subscript<Value>(dynamicMember path: KeyPath<LookReport, Value>) -> Value { look[keyPath: path] }
}

/// A message that nearly meets the criteria, or meets them although it should not.
public struct NearestMessage: Sendable {
    /// Its sequence.
    public var sequence: UInt64
    /// Its kind.
    public var kind: String
    /// Its operation.
    public var operation: String
    /// The step that made it.
    public var step: StepPlace?
    /// Whether it is not in scope.
    public var outOfScope = false
    /// The criteria.
    public var criteria: [ComparedField] = []
}

/// A step as a report refers to it.
public struct StepPlace: Hashable, Sendable {
    /// Its number.
    public var step: String
    /// Its id.
    public var id: String?
    /// Its line.
    public var line: Int
    /// The rounds of the `repeat`s around it, the outer one first.
    public var rounds: [Int] = []
    /// The line of the record in a recording.
    public var record: Int?
}

extension StepPlace {
    /// `step 3 (inject), line 8`.
    public var words: String {
        var words = "step \(step)" + (id.map { " (\($0))" } ?? "")
        words += rounds.words + ", line \(line)"
        if let record { words += ", record \(record)" }
        return words
    }
}

extension [Int] {
    /// Rounds in words: `, round 1`, `, rounds 0 and 1`.
    fileprivate var words: String {
        if isEmpty { return "" }
        return count == 1 ? ", round \(self[0])" : ", rounds " + map(String.init).joined(separator: " and ")
    }
}
