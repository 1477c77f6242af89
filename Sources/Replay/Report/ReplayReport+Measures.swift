import Driver
import Messages

extension ReplayReport {
    /// The delays of the messages of one type, from the recorded time of an event until its message was handed to the engine.
    public struct Delay: Equatable, Sendable {
        /// The messages' type.
        public let type: MessageTypeName
        /// How many were handed to the engine.
        public let count: Int
        /// The delay that half of them do not exceed, in microseconds.
        public let p50: UInt64
        /// The delay that 99 % of them do not exceed, in microseconds.
        public let p99: UInt64
        /// The longest delay, in microseconds.
        public let longest: UInt64
    }

    /// The longest queue of a host.
    public struct Queue: Equatable, Sendable {
        /// The number of messages in it.
        public let peak: Int
        /// When it was that long for the first time, by RFC 3339; nil if nothing was queued.
        public let peakAt: String?
    }

    /// Messages that the engine got too late.
    public struct Late: Equatable, Sendable {
        /// The number of those whose process had exited.
        public let afterExit: Int
        /// The number of those that came after the latest event of the recording.
        public let afterEnd: Int
    }

    /// The messages about one process.
    public struct Process: Equatable, Sendable {
        /// The largest number of processes in a report.
        static let limit = 500

        /// The machine; nil for native lines.
        public let machine: String?
        /// The process.
        public let processId: UInt32
        /// Its image, if a message has one.
        public let imageFileName: String?
        /// How many messages there are.
        public let messages: Int
        /// The number of messages that the engine did not get.
        public let lost: Int
        /// The number of messages that came after its exit.
        public let afterExit: Int
        /// The longest delay in microseconds; nil if none was measured.
        public let longestDelay: UInt64?
    }

    /// A condition that the caller set, in the unit of its option: messages, milliseconds or percent.
    public struct Gate: Equatable, Sendable {
        /// The name of the option, without its hyphens.
        public let name: String
        /// The limit.
        public let limit: Double
        /// The value in the report.
        public let value: Double
        /// Whether the report meets the condition.
        public let passed: Bool

        /// A gate with its result.
        public init(name: String, limit: Double, value: Double, passed: Bool) {
            (self.name, self.limit, self.value, self.passed) = (name, limit, value, passed)
        }
    }

    /// The longest delay of a message, in microseconds; nil if none was measured.
    public var longestDelay: UInt64? { delays.map(\.longest).max() }

    /// The number of messages that the engine did not get.
    public var lost: Int { deliveries.reduce(0) { $0 + $1.ends.lost } }
}

extension ReplayReport.Delay {
    init(_ type: MessageType, _ delays: DelayDistribution) {
        self.init(
            type: type.names, count: delays.count, p50: delays.percentile(50), p99: delays.percentile(99),
            longest: delays.longest)
    }
}

extension ReplayReport.Process {
    init(_ machine: String?, _ entry: ProcessDeliveries.Entry) {
        self.init(
            machine: machine, processId: entry.process.process.processId, imageFileName: entry.imageFileName,
            messages: entry.messages, lost: entry.lost, afterExit: entry.afterExit, longestDelay: entry.longestDelay)
    }
}
