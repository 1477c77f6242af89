/// What came of a replay.
public struct ReplayReport: Hashable, Sendable {
    /// The part of one machine.
    public struct Machine: Hashable, Sendable {
        /// Lower case; nil for native lines, which name none.
        public let name: String?
        /// Its lines. Rejected ones are listed in the total only.
        public let events: EventsReport
    }

    /// All lines, those of no machine or of one that is not replayed too.
    public let total: EventsReport
    /// The machines that got a host, in order of appearance.
    public let machines: [Machine]
    /// Which routines and conditions the events reached; empty unless it was asked for.
    public let coverage: Coverage
}
