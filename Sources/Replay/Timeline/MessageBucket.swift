import Driver

/// The messages whose events happened during a bucket of time.
struct MessageBucket: BucketValue {
    /// How long sends took, in microseconds.
    struct Latency: Equatable, Sendable {
        var count = 0
        var total: UInt64 = 0
        var longest: UInt64 = 0
    }

    /// Outcomes of async messages.
    var async = DeliveryLedger.Ends()
    /// Outcomes of sync messages.
    var sync = DeliveryLedger.Ends()
    /// Outcomes of direct messages.
    var direct = DeliveryLedger.Ends()
    var latency = Latency()
    /// The messages that the engine did not get.
    var losses: [DeliveryLedger.Loss.Reason: Int] = [:]

    var isEmpty: Bool { async.all == 0 && sync.all == 0 && direct.all == 0 }

    /// Counts a message that has ended; `latency` is nil if nobody measures it.
    mutating func count(
        _ kind: EngineMessage.Kind, _ delivery: MessageRecord.Delivery, _ reason: DeliveryLedger.Loss.Reason?,
        latency: UInt64?
    ) {
        switch kind {
        case .async: async.count(delivery)
        case .sync: sync.count(delivery)
        case .direct: direct.count(delivery)
        }
        if let reason { losses[reason, default: 0] += 1 }
        guard let latency else { return }
        self.latency.count += 1
        self.latency.total &+= latency
        self.latency.longest = max(self.latency.longest, latency)
    }

    mutating func append(_ later: MessageBucket) {
        if later.isEmpty { return }
        async.add(later.async)
        sync.add(later.sync)
        direct.add(later.direct)
        latency.count += later.latency.count
        latency.total &+= later.latency.total
        latency.longest = max(latency.longest, later.latency.longest)
        if !later.losses.isEmpty { losses.merge(later.losses, uniquingKeysWith: +) }
    }
}

/// The length of a queue during a bucket of time.
struct QueueBucket: BucketValue {
    private(set) var highPriority = QueueMoment.Level(0)
    private(set) var normal = QueueMoment.Level(0)
    /// The most messages in both lists.
    private(set) var most = 0
    /// Whether nothing changed.
    private(set) var isEmpty = true

    init() {}

    /// The bucket after `earlier` if nothing changes.
    init(unchangedAfter earlier: QueueBucket) {
        highPriority = QueueMoment.Level(earlier.highPriority.last)
        normal = QueueMoment.Level(earlier.normal.last)
        most = highPriority.last + normal.last
    }

    /// The bucket after one at whose end the queue was as in `earlier`.
    func following(_ earlier: QueueBucket) -> QueueBucket {
        var bucket = QueueBucket(unchangedAfter: earlier)
        bucket.append(self)
        return bucket
    }

    /// Notes what happened at a moment.
    mutating func append(_ moment: QueueMoment) {
        highPriority.append(moment.highPriority)
        normal.append(moment.normal)
        most = max(most, moment.most)
        isEmpty = false
    }

    mutating func append(_ later: QueueBucket) {
        if later.isEmpty { return }
        highPriority.append(later.highPriority)
        normal.append(later.normal)
        most = max(most, later.most)
        isEmpty = false
    }
}

/// How many events were applied that happened during a bucket of time.
struct EventBucket: BucketValue {
    var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ later: EventBucket) { count += later.count }
}
