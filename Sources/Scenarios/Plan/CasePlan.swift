public import Messages

/// A scenario with one row of its matrix: names, counts and matchers are checked, and nothing refers to text any more.
public struct CasePlan: Sendable {
    /// The kind of time that a case wants.
    public enum Time: String, CaseIterable, Sendable {
        /// Time passes at once, and two runs are the same.
        case virtual
        /// The machine's time.
        case real
        /// Virtual where nothing real takes part.
        case any
    }

    /// The path of the file, as the user gave it.
    public var file: String
    /// The line of `scenario`, from 1.
    public var line: Int
    /// The scenario's name.
    public var name: String
    /// The row of the matrix, as in `NAME [ROW]`; nil without a matrix.
    public var row: String?
    /// Shown by `--list --verbose`.
    public var description: String?
    /// For `--tag`.
    public var tags: [String] = []
    /// Why it is not run; nil to run it.
    public var skip: String?
    /// Its requirements.
    public var requirements = Requirements()
    /// The kind of time.
    public var time = Time.any
    /// The time that the clocks of the hosts show at the first step, in virtual time.
    public var startTime = CasePlan.defaultStartTime
    /// How long it may take, in real time.
    public var timeout = Duration.seconds(60)
    /// The hosts, in order; never empty.
    public var hosts: [HostPlan] = []
    /// The steps.
    public var steps: [Step] = []

    /// A case without steps.
    public init(file: String, line: Int, name: String) {
        self.file = file
        self.line = line
        self.name = name
    }

    /// The requirements that the steps of a case do not show.
    public struct Requirements: Hashable, Sendable {
        /// Whether an engine under test is needed.
        public var engine = false
        /// Files that may be missing.
        public var files: [RequiredFile] = []
        /// Whether a service is needed (true) or not wanted (false).
        public var server: Bool?

        /// Nothing.
        public init() {}
    }

    /// A file that a case needs.
    public struct RequiredFile: Hashable, Sendable {
        /// As the scenario names it.
        public var name: String
        /// Where it is.
        public var path: String

        /// The file `name` at `path`.
        public init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// The name with the row: `NAME [ROW]`.
    public var title: String { row.map { "\(name) [\($0)]" } ?? name }

    /// 2020-02-21T10:15:30Z.
    public static let defaultStartTime = FileTime(unixSecond: 1_582_280_130)

    /// The first place where the scenario sets an engine; nil if it leaves that to the run.
    public var engineLine: Int? { hosts.compactMap(\.engineLine).min() ?? stepEngineLine }

    /// The first step that sets an engine.
    var stepEngineLine: Int? { steps.lazy.compactMap(\.engineLine).first }
}

extension CasePlan {
    /// The most steps that a case may run.
    public static let maxSteps = 1_000_000
}
