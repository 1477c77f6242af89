public import Messages

/// What happened on a host in one stretch of time. Ours: the driver keeps its counters only.
public struct HistoryBucket: Hashable, Sendable {
    /// The beginning of the stretch, on the wall's clock.
    public let start: FileTime
    /// What was counted in it.
    public internal(set) var counts = HistoryCounts<UInt32>()
    /// The largest MP_ASYNC.TotalSizeRemainingNotifications, bytes.
    public internal(set) var bytesMax: UInt64
    /// The largest number of messages in both lists.
    public internal(set) var depthMax: UInt32
    /// Messages in HighPriorityNotificationsList.
    public internal(set) var highPriority: Level
    /// Messages in NotificationsList.
    public internal(set) var normal: Level
    /// The largest starvation counter (ASY-6).
    public internal(set) var starvationMax: UInt32
    /// The most synchronous messages that waited for the semaphore (SYN-4).
    public internal(set) var waitingMax: UInt32
    /// The states of the worker.
    public internal(set) var worker: WorkerModes

    /// A number that goes up and down.
    public struct Level: Hashable, Sendable {
        /// The number at the end of the bucket.
        public internal(set) var last: UInt32
        /// The largest one.
        public internal(set) var max: UInt32

        mutating func set(_ number: Int) {
            last = UInt32(clamping: number)
            max = Swift.max(max, last)
        }
    }

    /// The states that the worker was in.
    public struct WorkerModes: OptionSet, Hashable, Sendable {
        /// The states as bits.
        public let rawValue: UInt8

        /// States from their bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ mode: AsyncWorkerMode) {
            switch mode {
            case .running: self = .running
            case .paused: self = .paused
            case .stopped: self = .stopped
            }
        }

        /// It took messages by itself.
        public static let running = WorkerModes(rawValue: 1)
        /// It took messages in steps only.
        public static let paused = WorkerModes(rawValue: 2)
        /// It was shut down.
        public static let stopped = WorkerModes(rawValue: 4)
    }

    /// A bucket that begins with the queue as `levels` says.
    init(start: FileTime, _ levels: HistoryLevels) {
        self.start = start
        depthMax = UInt32(clamping: levels.highPriority + levels.normal)
        highPriority = Level(last: UInt32(clamping: levels.highPriority), max: UInt32(clamping: levels.highPriority))
        normal = Level(last: UInt32(clamping: levels.normal), max: UInt32(clamping: levels.normal))
        bytesMax = UInt64(levels.bytes)
        starvationMax = UInt32(clamping: levels.starvation)
        waitingMax = UInt32(clamping: levels.waiting)
        worker = WorkerModes(levels.mode)
    }

    /// Takes over the levels after a change.
    mutating func set(_ levels: HistoryLevels) {
        depthMax = max(depthMax, UInt32(clamping: levels.highPriority + levels.normal))
        highPriority.set(levels.highPriority)
        normal.set(levels.normal)
        bytesMax = max(bytesMax, UInt64(levels.bytes))
        starvationMax = max(starvationMax, UInt32(clamping: levels.starvation))
        waitingMax = max(waitingMax, UInt32(clamping: levels.waiting))
        worker.insert(WorkerModes(levels.mode))
    }
}

/// The numbers of a host that go up and down, at one moment.
struct HistoryLevels: Hashable, Sendable {
    var highPriority = 0
    var normal = 0
    var bytes = 0
    var starvation = 0
    var waiting = 0
    var mode = AsyncWorkerMode.running
}

/// What is counted over time. The sums over all buckets are the driver's counters.
public struct HistoryCounts<Number: FixedWidthInteger & UnsignedInteger & Sendable>: Hashable, Sendable {
    /// Messages put into the queue.
    public internal(set) var enqueued: Number = 0
    /// Queued messages that the engine took.
    public internal(set) var sent: Number = 0
    /// Queued messages whose send failed.
    public internal(set) var sendFailed: Number = 0
    /// Queued messages that were dropped because the queue was full.
    public internal(set) var dropped: Number = 0
    /// Synchronous messages that the engine answered, whatever the answer.
    public internal(set) var syncSent: Number = 0
    /// Synchronous messages whose send failed.
    public internal(set) var syncFailed: Number = 0
    /// Synchronous messages that a flag or the semaphore stopped.
    public internal(set) var syncNotSent: Number = 0
    /// Direct messages that the engine answered.
    public internal(set) var directSent: Number = 0
    /// Direct messages whose send failed.
    public internal(set) var directFailed: Number = 0
    /// Sends that ended, of all kinds.
    public internal(set) var latencyCount: Number = 0
    /// Microseconds of the longest of these sends.
    public internal(set) var latencyMaxMicroseconds: Number = 0
    /// Microseconds of these sends together.
    public internal(set) var latencyTotalMicroseconds: UInt64 = 0

    /// Nothing.
    public init() {}

    /// Counts a send that took `nanoseconds`.
    mutating func addLatency(nanoseconds: UInt64) {
        let microseconds = nanoseconds / 1000
        latencyCount += 1
        latencyTotalMicroseconds &+= microseconds
        latencyMaxMicroseconds = max(latencyMaxMicroseconds, Number(clamping: microseconds))
    }

    /// Adds the counts of a bucket.
    public mutating func add(_ counts: HistoryCounts<UInt32>) {
        enqueued += Number(counts.enqueued)
        sent += Number(counts.sent)
        sendFailed += Number(counts.sendFailed)
        dropped += Number(counts.dropped)
        syncSent += Number(counts.syncSent)
        syncFailed += Number(counts.syncFailed)
        syncNotSent += Number(counts.syncNotSent)
        directSent += Number(counts.directSent)
        directFailed += Number(counts.directFailed)
        latencyCount += Number(counts.latencyCount)
        latencyMaxMicroseconds = max(latencyMaxMicroseconds, Number(counts.latencyMaxMicroseconds))
        latencyTotalMicroseconds &+= counts.latencyTotalMicroseconds
    }
}
