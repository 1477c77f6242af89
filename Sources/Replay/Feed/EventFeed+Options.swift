public import Driver
public import JSON
public import Messages

extension EventFeed {
    /// The options of a feed.
    public struct Options: Sendable {
        /// The formats of lines.
        public enum Format: String, CaseIterable, Sendable {
            /// `{"type": "processCreate", ...}`: the driver's events.
            case native
            /// Records of Sysmon.
            case sysmon
        }

        /// The format of the lines.
        public var format: Format
        /// Sysmon: the machine to replay, case-insensitive; nil for all, or for the first one found.
        public var machine: String?
        /// Sysmon: whether all machines are replayed, not only the first one found.
        public var replaysAllMachines = false
        /// Whether the feed waits for room in the queue, so that the driver need not drop messages (`onFull=wait`).
        public var waitsWhenFull = false
        /// Whether an event ends only when the worker has sent the messages that it queued. Without a pacer, nothing is then
        /// dropped, and two replays are identical.
        public var drainsQueue = false
        /// Whether the report contains coverage.
        public var reportsCoverage = false
        /// Whether the report says when the applied events happened.
        public var reportsTimeline = false
        /// Whether the feed stops at the first rejected line.
        public var stopsOnError = false
        /// Sysmon: whether each created process gets a first thread, created by its parent; recordings lack it.
        public var createsInitialThreads = false
        /// Whether events 4688 and 4689 of the log Security are replayed, for machines without records of Sysmon.
        public var includesSecurity = false
        /// Sysmon: machines that are known to have records of Sysmon, in lower case; others have them from their first one on.
        public var machinesWithSysmon: Set<String> = []
        /// The largest size of a line, in bytes; longer lines are rejected.
        public var maxLineBytes = 1 << 20
        /// The largest number of rejected lines in the report.
        public var maxRejectedListed = 100
        /// Sysmon: the largest number of records of a machine that wait for their pid.
        public var maxHeldRecords = 1000
        /// Called for each line with a deprecated name, on the thread that reads the line.
        public var onDeprecated: @Sendable (DeprecatedName) -> Void = { _ in }
        /// Called with what the routines did about each call that a line made on the host of a machine, on the thread that takes
        /// the answer. It must not call the feed.
        public var onDecisions: (@Sendable (_ line: Int, _ machine: String?, [RoutineReport]) -> Void)?
        /// Called with the image of each process that a line creates, before the driver gets the creation.
        public var onCreation: (@Sendable (_ imageFileName: UnicodeString) -> Void)?
        /// What holds events back until their time.
        var pace = Pace.Time.none

        /// The defaults.
        public init(format: Format = .native) { self.format = format }
    }
}
