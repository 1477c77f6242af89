import Driver
import Messages

/// The messages and the queue of a machine over the time of its recording.
///
/// A message belongs to the time of its event, whenever it ended. The queue changes on the host's clock, if that runs like the clock
/// of the recording, and else at the time of the latest event.
struct MessageLane: Sendable {
    /// Whether the host's clock runs like that of the recording.
    private let hasRunningClock: Bool
    /// Whether events have no times of their own: those of native lines happen when the host's clock says so.
    private let isNative: Bool
    private(set) var messages = TimeBuckets<MessageBucket>()
    /// The queue, up to the latest event.
    private var queue = TimeBuckets<QueueBucket>()
    /// The changes of the queue after it: the recording may be over, and the queue need not be empty for a long time.
    private var later = TimeBuckets<QueueBucket>()
    /// The recorded time of the latest event of a message; none without any.
    private var latest = FileTime.none
    /// What happened before any time was known.
    private var early = (messages: MessageBucket(), queue: QueueBucket())

    init(hasRunningClock: Bool, isNative: Bool) {
        self.hasRunningClock = hasRunningClock
        self.isNative = isNative
    }

    /// Notes a message that has ended.
    mutating func note(_ record: MessageRecord, _ reason: DeliveryLedger.Loss.Reason?) {
        let event = record.message.caller?.eventTime ?? .none
        reach(event)
        let latency = hasRunningClock ? record.durationNanoseconds.map { $0 / 1000 } : nil
        func count(_ bucket: inout MessageBucket) {
            bucket.count(record.message.kind, record.delivery, reason, latency: latency)
        }
        let time = event != .none ? event : isNative ? record.message.time : latest
        if time == .none { return count(&early.messages) }
        if isNative { placeEarly(at: time) }
        messages.update(at: time, count)
    }

    /// Notes what happened to the queue at a moment.
    mutating func note(_ moment: QueueMoment) {
        reach(moment.event)
        let time = isNative || hasRunningClock && latest != .none ? moment.time : latest
        if time == .none {
            early.queue.append(moment)
        } else if time > latest, latest != .none {
            later.update(at: time) { $0.append(moment) }
        } else {
            queue.update(at: time) { $0.append(moment) }
        }
    }

    /// The queue up to `end`, the time of the latest event.
    func queue(upTo end: FileTime?) -> TimeBuckets<QueueBucket> {
        var lane = self
        if let end { lane.reach(end) }
        return lane.queue
    }

    private mutating func reach(_ event: FileTime) {
        if event <= latest { return }
        if latest == .none { placeEarly(at: event) }
        latest = event
        if later.numbers == nil { return }
        for (start, value) in later.removeAll(upTo: event) { queue.update(at: start) { $0.append(value) } }
    }

    private mutating func placeEarly(at event: FileTime) {
        if !early.messages.isEmpty { messages.update(at: event) { $0.append(early.messages) } }
        if !early.queue.isEmpty { queue.update(at: event) { $0.append(early.queue) } }
        early = (MessageBucket(), QueueBucket())
    }
}
