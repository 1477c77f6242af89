import Driver
import Messages

extension Timeline {
    /// What is known about a lane, in buckets of any length.
    struct Source {
        var machine: String?
        var machineCount = 1
        var events = TimeBuckets<EventBucket>()
        var messages = TimeBuckets<MessageBucket>()
        var queue = TimeBuckets<QueueBucket>()

        fileprivate var scale: Int { max(events.scale, messages.scale, queue.scale) }

        /// The numbers of all buckets; nil if there are none.
        fileprivate var numbers: ClosedRange<Int>? {
            Timeline.joined([events.numbers, messages.numbers, queue.numbers])
        }

        fileprivate mutating func coarsen(to scale: Int) {
            events.coarsen(to: scale)
            messages.coarsen(to: scale)
            queue.coarsen(to: scale)
        }

        /// The numbers of the buckets in which something happened.
        fileprivate var used: Set<Int> {
            Set(events.buckets.map(\.number) + messages.buckets.map(\.number) + queue.buckets.map(\.number))
        }
    }

    /// The timeline of `sources`, in which something happened from `first` to `last`; nil if nothing has a time.
    init?(_ sources: [Source], from first: FileTime?, to last: FileTime?, hasLatency: Bool) {
        var sources = sources
        var scale = sources.map(\.scale).max() ?? 0
        while true {
            for index in sources.indices { sources[index].coarsen(to: scale) }
            let count = Timeline.numbers(of: sources)?.count ?? 0
            if count <= Timeline.mostBuckets, sources.reduce(0, { $0 + $1.used.count }) <= Timeline.mostInLanes {
                break
            }
            scale += 1
        }
        guard let numbers = Timeline.numbers(of: sources) else { return nil }
        bucketMilliseconds = 1 << scale
        start = FileTime(bucket: numbers.lowerBound, scale: scale)
        firstEvent = first ?? start
        lastEvent = last ?? FileTime(bucket: numbers.upperBound, scale: scale)
        lanes = sources.map { Lane($0, from: numbers.lowerBound, hasLatency: hasLatency) }
    }

    private static func numbers(of sources: [Source]) -> ClosedRange<Int>? { joined(sources.map(\.numbers)) }

    /// The range from the first to the last number; nil without any.
    private static func joined(_ ranges: [ClosedRange<Int>?]) -> ClosedRange<Int>? {
        let ranges = ranges.compactMap(\.self)
        guard let first = ranges.map(\.lowerBound).min(), let last = ranges.map(\.upperBound).max() else { return nil }
        return first...last
    }
}

extension Timeline {
    /// The timeline of the events in `feed` and of the messages in `ledger`; nil without any, or if nobody asked for it.
    init?(_ feed: FeedReport, _ ledger: DeliveryLedger) {
        var sources = feed.lanes.map { events in Source(machine: nil, machineCount: 0, events: events) }
        var lanes: [String?: Int] = [:]
        for machine in feed.machines {
            guard let lane = machine.lane else { continue }
            lanes[machine.name] = lane
            sources[lane].machine = sources[lane].machineCount == 0 ? machine.name : nil
            sources[lane].machineCount += 1
        }
        for (machine, messages) in ledger.lanes {
            guard let lane = lanes[machine] else { continue }
            sources[lane].messages = messages.messages
            sources[lane].queue = messages.queue(upTo: feed.end)
        }
        // Lanes are in the order in which hosts were found; machines appeared in another.
        let order = feed.machines.compactMap(\.lane).reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
        let shared = order.filter { sources[$0].machineCount > 1 }
        sources = (order.filter { sources[$0].machineCount == 1 } + shared).map { sources[$0] }
        self.init(sources, from: feed.start, to: feed.end, hasLatency: ledger.measuresDelays)
    }
}

extension Timeline.Lane {
    fileprivate init(_ source: Timeline.Source, from first: Int, hasLatency: Bool) {
        machine = source.machine
        machineCount = source.machineCount
        let events = Dictionary(uniqueKeysWithValues: source.events.buckets)
        let messages = Dictionary(uniqueKeysWithValues: source.messages.buckets)
        let queue = Dictionary(uniqueKeysWithValues: source.queue.buckets)
        var held = QueueBucket()
        buckets = source.used.sorted().map { number in
            held = (queue[number] ?? QueueBucket()).following(held)
            return Timeline.Bucket(
                number - first + 1, events: events[number] ?? EventBucket(), messages[number] ?? MessageBucket(), held,
                hasLatency: hasLatency)
        }
    }
}

extension Timeline.Bucket {
    fileprivate init(
        _ number: Int, events: EventBucket, _ messages: MessageBucket, _ queue: QueueBucket, hasLatency: Bool
    ) {
        self.init(
            number: number, events: events.count, depth: queue.most, highPriority: Level(queue.highPriority),
            normal: Level(queue.normal), async: messages.async, sync: messages.sync, direct: messages.direct,
            latency: hasLatency ? Latency(messages.latency) : nil,
            losses: Dictionary(uniqueKeysWithValues: messages.losses.map { ($0.key.name, $0.value) }))
    }
}

extension Timeline.Bucket.Level {
    fileprivate init(_ level: QueueMoment.Level) { self.init(last: level.last, most: level.most) }
}

extension Timeline.Bucket.Latency {
    fileprivate init(_ latency: MessageBucket.Latency) {
        self.init(count: latency.count, total: latency.total, longest: latency.longest)
    }
}
