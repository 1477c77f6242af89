/// A recording to replay.
public struct ReplayPlan: Hashable, Sendable {
    /// The machines to replay.
    public enum Machines: Hashable, Sendable {
        /// The first one that is met.
        case first
        /// This one, onto the host of the step.
        case named(String)
        /// Each of these, in lower case, onto a host of the scenario.
        case mapped([String: String])
        /// All, each onto a new host that is like the host of the step.
        case all
    }

    /// When events begin.
    public enum Pace: Hashable, Sendable {
        /// When the one before is done and its messages are sent.
        case asap
        /// At the recorded intervals, `speed` times as fast.
        case recorded(speed: Double)
    }

    /// The content of the lines.
    public enum Format: String, CaseIterable, Sendable {
        case auto, sysmon, native
    }

    /// The direction of reading.
    public enum Order: String, CaseIterable, Sendable {
        case auto, forward, reverse
    }

    /// The file, as the scenario names it.
    public var file: String
    /// Where the file is.
    public var path: String
    /// The format of the lines.
    public var format = Format.auto
    /// The machines.
    public var machines = Machines.first
    /// The pace.
    public var pace = Pace.asap
    /// The direction of reading.
    public var order = Order.auto
    /// Whether each process gets a first thread.
    public var initialThreads = false
    /// Whether the replay waits for room in the queue.
    public var waitsWhenFull = false
    /// How many lines are rejected.
    public var rejected = 0

    /// The numbers of rejected lines that a scenario can name.
    public static let rejectedCounts = 0...1_000_000_000

    /// The recording `file` at `path`.
    public init(file: String, path: String) {
        self.file = file
        self.path = path
    }
}
