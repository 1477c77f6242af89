import Driver
import Messages

/// The result of a replay: `POST /v1/replays` answers it, and `wdfilterd replay` prints it.
///
/// It has the names of operations, routines and reasons, not the types: a service of another version may have others.
public struct ReplayReport: Equatable, Sendable {
    /// The part of one machine.
    public struct Machine: Equatable, Sendable {
        /// Lower case; nil for native lines, which name none.
        public let name: String?
        /// The host that its events went to.
        public let host: ReplayHost?
        /// The counts of its lines.
        public let events: EventsReport
    }

    /// The outcome of the messages of one type.
    public struct Delivery: Equatable, Sendable {
        /// The messages' type.
        public let type: MessageTypeName
        /// The number of messages for each outcome.
        public let ends: DeliveryLedger.Ends
    }

    /// Messages of one type about one process that were lost for one reason.
    public struct Loss: Equatable, Sendable {
        /// One of them.
        public struct Message: Equatable, Sendable {
            /// Its number on its host.
            public let sequence: UInt64
            /// When it was created, by RFC 3339.
            public let time: String
            /// The recorded time of its event, by RFC 3339; nil if that is the same, or the event has none.
            public let eventTime: String?
            /// Its subject: an image, a target, a command line; nil if it has none.
            public let subject: String?
        }

        /// The machine; nil for native lines.
        public let machine: String?
        /// The messages' type.
        public let type: MessageTypeName
        /// `overflow`, or the name of the status with which the send ended.
        public let reason: String
        /// The process; nil if the messages have none.
        public let processId: UInt32?
        /// The process's image when the first of them was created.
        public let imageFileName: String?
        /// How many.
        public let count: Int
        /// The first of them.
        public let first: Message
        /// The last of them.
        public let last: Message
    }

    /// What was replayed, and with which settings; nil in a report of an earlier version.
    public var settings: ReplaySettings?
    /// All lines, including those without a machine and those of machines that are not replayed.
    public let total: EventsReport
    /// The machines that got a host, in order of appearance.
    public let machines: [Machine]
    /// The number of machines with a host that are not in `machines`.
    public let machinesUnlisted: Int
    /// When the events and the messages happened; nil if none has a time.
    public internal(set) var timeline: Timeline?
    /// The outcome of the messages, by kind and type.
    public let deliveries: [Delivery]
    /// The losses, earliest first.
    public let losses: [Loss]
    /// The number of lost messages that are not in `losses`.
    public let lossesUnlisted: Int
    /// The delays of the messages that were handed to the engine, by kind and type; empty if they were not measured.
    public let delays: [Delay]
    /// The longest queue of a host.
    public let queue: Queue
    /// The messages that came too late for their process or for the recording.
    public let late: Late
    /// The processes with most lost messages, then those with most messages; the first 100.
    public let processes: [Process]
    /// The number of messages that are of none of `processes`.
    public let processesUnlisted: Int
    /// The conditions that the caller set, and whether the report meets them.
    public var gates: [Gate] = []
    /// The differences of the losses from those of an earlier replay; nil without one.
    public var comparison: LossComparison?
    /// The routines and conditions that the events reached.
    public let coverage: CoverageReport
    /// How long the replay took.
    public var durationMilliseconds: UInt64
}

/// The names of a type of message.
public struct MessageTypeName: Equatable, Sendable, CustomStringConvertible {
    /// `sync`, `async` or `direct`.
    public let kind: String
    /// The operation's name.
    public let operation: String

    /// `sync NewThreadDifferentProcess`.
    public var description: String { "\(kind) \(operation)" }
}

extension ReplayReport {
    /// The report of the counts in `feed`, the `hosts` by machine, and the messages in `ledger`, of a replay with `settings`.
    public init(
        _ feed: FeedReport, hosts: [String?: ReplayHost], deliveries ledger: DeliveryLedger,
        settings: ReplaySettings? = nil, durationNanoseconds: UInt64
    ) {
        self.settings = settings
        total = feed.total
        machines = feed.machines.map { Machine(name: $0.name, host: hosts[$0.name], events: $0.events) }
        machinesUnlisted = 0
        timeline = Timeline(feed, ledger)
        deliveries = ledger.ends.map { Delivery(type: $0.key.names, ends: $0.value) }
            .sorted { ($0.type.kind, $0.type.operation) < ($1.type.kind, $1.type.operation) }
        losses = ledger.losses.map(Loss.init)
        lossesUnlisted = ledger.unlisted
        delays = ledger.delays.map(Delay.init)
            .sorted { ($0.type.kind, $0.type.operation) < ($1.type.kind, $1.type.operation) }
        queue = Queue(peak: ledger.queue?.count ?? 0, peakAt: ledger.queue?.time.rfc3339)
        let late = ledger.late(after: feed.end)
        self.late = Late(afterExit: late.afterExit, afterEnd: late.afterEnd)
        let processes = ledger.processes(Process.limit)
        self.processes = processes.listed.map(Process.init)
        processesUnlisted = processes.unlisted
        coverage = CoverageReport(feed.coverage, of: feed.total.messages, in: feed.format, gaps: feed.gaps)
        durationMilliseconds = durationNanoseconds / 1_000_000
    }
}

extension ReplayReport.Loss {
    fileprivate init(_ loss: DeliveryLedger.Loss) {
        self.init(
            machine: loss.machine, type: loss.type.names, reason: loss.reason.name, processId: loss.process?.processId,
            imageFileName: loss.imageFileName, count: loss.count, first: Message(loss.first), last: Message(loss.last))
    }
}

extension ReplayReport.Loss.Message {
    fileprivate init(_ message: DeliveryLedger.Loss.Message) {
        self.init(
            sequence: message.sequence, time: message.time.rfc3339, eventTime: message.eventTime?.rfc3339,
            subject: message.subject)
    }
}

extension MessageType {
    var names: MessageTypeName { MessageTypeName(kind: kind.rawValue, operation: operation.name) }
}
