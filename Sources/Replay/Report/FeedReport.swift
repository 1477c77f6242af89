public import Messages

/// The counts of an upload.
public struct FeedReport: Equatable, Sendable {
    /// The part of one machine.
    public struct Machine: Equatable, Sendable {
        /// Lower case; nil for native lines, which name none.
        public let name: String?
        /// The counts of its lines. Rejected lines are listed in the total only.
        public let events: EventsReport
        /// Its lane of `lanes`; nil without a timeline.
        let lane: Int?
    }

    /// All lines, including those without a machine and those of machines that are not replayed.
    public let total: EventsReport
    /// The machines that got a host, in order of appearance.
    public let machines: [Machine]
    /// The format of the lines.
    public let format: EventFeed.Options.Format
    /// The time of the earliest event, according to the recording; nil if no event has a time.
    public let start: FileTime?
    /// The time of the latest event, according to the recording; nil if no event has a time.
    public let end: FileTime?
    /// The applied events of the machines over time; empty unless the options ask for it.
    let lanes: [TimeBuckets<EventBucket>]
    /// The routines and conditions that the events reached; empty unless the options ask for it.
    public let coverage: Coverage
    /// The gaps of this recording that explain the figures, a phrase each.
    public let gaps: [String]
}
