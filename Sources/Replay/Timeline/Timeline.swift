public import Messages

/// When the events and the messages of a replay happened, over the time of its recording.
public struct Timeline: Equatable, Sendable {
    /// The largest number of buckets between the first and the last one.
    static let mostBuckets = 600
    /// The largest number of buckets of all lanes together.
    static let mostInLanes = 2400
    /// The largest number of lanes; the last one of them is for all further machines.
    static let mostLanes = 16

    /// The machine, or the machines, of a lane.
    public struct Lane: Equatable, Sendable {
        /// Nil for native lines, which name none, and for several machines.
        public let machine: String?
        /// How many machines it is for.
        public let machineCount: Int
        /// The buckets in which something happened, in order.
        public let buckets: [Bucket]
    }

    /// What happened during a bucket of time. A message is counted at the time of its event.
    public struct Bucket: Equatable, Sendable {
        /// The length of a list of the queue.
        public struct Level: Equatable, Sendable {
            /// At the end of the bucket.
            public let last: Int
            /// At most.
            public let most: Int
        }

        /// How long the engine took to answer.
        public struct Latency: Equatable, Sendable {
            /// The number of sends.
            public let count: Int
            /// All of them together, in microseconds.
            public let total: UInt64
            /// The longest, in microseconds.
            public let longest: UInt64
        }

        /// Its number, from 1.
        public let number: Int
        /// Events that were applied.
        public let events: Int
        /// The most messages in the queue.
        public let depth: Int
        /// HighPriorityNotificationsList.
        public let highPriority: Level
        /// NotificationsList.
        public let normal: Level
        /// Outcomes of async messages; `notSent` is 0.
        public let async: DeliveryLedger.Ends
        /// Outcomes of sync messages; `dropped` is 0.
        public let sync: DeliveryLedger.Ends
        /// Outcomes of direct messages; `notSent` and `dropped` are 0.
        public let direct: DeliveryLedger.Ends
        /// Nil unless the hosts' clocks ran like that of the recording.
        public let latency: Latency?
        /// The messages that the engine did not get, by the reason's name.
        public let losses: [String: Int]
    }

    /// The length of a bucket: a power of two.
    public let bucketMilliseconds: Int
    /// The beginning of bucket 1.
    public let start: FileTime
    /// The end of the last bucket in which something happened.
    public var end: FileTime { beginning(of: (lanes.compactMap(\.buckets.last?.number).max() ?? 0) + 1) }
    /// The time of the first event.
    public let firstEvent: FileTime
    /// The time of the last event.
    public let lastEvent: FileTime
    /// In order of the machines' appearance.
    public let lanes: [Lane]

    /// When a bucket begins.
    public func beginning(of number: Int) -> FileTime {
        start.later(by: UInt64(number - 1) * UInt64(bucketMilliseconds) * FileTime.ticksPerMillisecond)
    }
}
