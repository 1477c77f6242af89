extension EventFeed {
    /// What a feed is made with.
    public struct Options: Sendable {
        /// How the lines are written.
        public enum Format: String, CaseIterable, Sendable {
            /// `{"type": "processCreate", ...}`: the driver's events.
            case native
            /// Records of Sysmon.
            case sysmon
        }

        /// How the lines are written.
        public var format: Format
        /// Sysmon: the machine to replay, without case; nil for all, or for the first one met.
        public var machine: String?
        /// Sysmon: whether each machine is replayed, not only the first one met.
        public var replaysAllMachines = false
        /// Whether the feed waits for room in the queue instead of having the driver drop messages (`onFull=wait`).
        public var waitsWhenFull = false
        /// Whether the worker has sent what an event queued before that event is done. Without a pacer the next event comes
        /// after that: so nothing is dropped, and two replays are the same.
        public var drainsQueue = false
        /// Whether the report tells coverage.
        public var reportsCoverage = false
        /// Whether the first wrong line is the last one that is looked at.
        public var stopsOnError = false
        /// Sysmon: whether each created process gets a first thread, created by its parent; recordings have none.
        public var createsInitialThreads = false
        /// Longer lines are rejected; bytes.
        public var maxLineBytes = 1 << 20
        /// How many rejected lines are listed.
        public var maxRejectedListed = 100
        /// Sysmon: how many records of a machine may wait for their pid.
        public var maxHeldRecords = 1000
        /// Whether events are held back until their time.
        var keepsPace = false

        /// The defaults.
        public init(format: Format = .native) { self.format = format }
    }
}
