import DequeModule
import Messages

/// The last messages of a host, each with what became of it.
struct Journal {
    private var records: Deque<MessageRecord> = []
    /// What filters look at, beside the records: a reader that waits for something rare looks at every message, and a
    /// record has a dozen references to count.
    private var keys: Deque<Key> = []
    private let capacity: Int
    private let byteLimit: Int
    /// Of all messages here.
    private(set) var bytes = 0
    /// Sequence of the last message made; 0 when there was none.
    private(set) var newest: UInt64 = 0
    /// The messages whose delivery changed last, oldest change first. A wait for a delivery looks at these alone.
    private var changes: Deque<UInt64> = []
    /// How many deliveries have changed.
    private(set) var changeCount: UInt64 = 0

    /// Changes that are remembered at most, and no more than two for each message: more than a wait usually misses between
    /// two looks.
    static let mostChanges = 16_384

    /// At most `capacity` messages, and at most `byteLimit` bytes of them, but for the newest.
    init(capacity: Int, byteLimit: Int = .max) {
        self.capacity = max(1, capacity)
        self.byteLimit = byteLimit
    }

    /// Sequence of the oldest message that is still here; the next one's when there is none.
    var oldest: UInt64 { newest - UInt64(records.count) + 1 }

    /// The sequence that the next message gets.
    var nextSequence: UInt64 { newest + 1 }

    mutating func append(_ record: MessageRecord) {
        newest += 1
        let key = Key(record)
        bytes += key.size
        while let oldest = keys.first, keys.count == capacity || bytes > byteLimit {
            bytes -= oldest.size
            records.removeFirst()
            keys.removeFirst()
        }
        records.append(record)
        keys.append(key)
    }

    /// - Complexity: O(1).
    subscript(sequence: UInt64) -> MessageRecord? {
        guard sequence >= oldest, sequence <= newest else { return nil }
        return records[Int(sequence - oldest)]
    }

    /// Puts a record back with what has become of its message; false when it is no longer here.
    @discardableResult
    mutating func store(_ record: MessageRecord) -> Bool {
        let sequence = record.message.sequence
        guard sequence >= oldest, sequence <= newest else { return false }
        records[Int(sequence - oldest)] = record
        keys[Int(sequence - oldest)].delivery = record.delivery
        if changes.count == min(Journal.mostChanges, 2 * capacity) { changes.removeFirst() }
        changes.append(sequence)
        changeCount += 1
        return true
    }

    /// Bytes that the messages of a page come to at most, when they are more than one: who asks for a page of the largest
    /// messages would else keep a thread busy for long, and get a hundred megabytes.
    static let mostPageBytes = 4 << 20

    /// Takes `search` over the next messages, at most `count`.
    ///
    /// - Complexity: O(count).
    func advance(_ search: inout MessageSearch, by count: Int) {
        guard search.enter(oldest: oldest, newest: newest), search.end < newest else { return search.finish() }
        let first = Int(search.end - (oldest - 1))
        for index in first..<min(keys.count, first + count) {
            if search.query.matches(keys[index]) {
                guard search.take(records[index]) else { return }
            }
            search.pass(oldest + UInt64(index))
        }
        if search.end == newest { search.finish() }
    }

    /// Has `search` begin again when a message that it has passed matches by now.
    ///
    /// - Complexity: O(deliveries that changed since it last looked), at most `mostChanges`.
    func recheck(_ search: inout MessageSearch) {
        guard search.query.delivery != nil else { return }
        let missed = changeCount - search.changesSeen
        search.changesSeen = changeCount
        let hasMissed = missed > UInt64(changes.count)
        if hasMissed || changes.suffix(Int(missed)).contains(where: { matchesNow($0, search) }) { search.restart() }
    }

    private func matchesNow(_ sequence: UInt64, _ search: MessageSearch) -> Bool {
        guard sequence > search.query.after, sequence <= search.end, sequence >= oldest, sequence <= newest
        else { return false }
        return search.query.matches(keys[Int(sequence - oldest)])
    }
}

extension Journal {
    /// What a query looks at, of one record.
    struct Key {
        let kind: EngineMessage.Kind
        let operation: EngineMessage.Operation
        let processId: UInt32?
        /// Bytes of the message.
        let size: Int
        var delivery: MessageRecord.Delivery

        init(_ record: MessageRecord) {
            kind = record.message.kind
            operation = record.message.operation
            processId = record.message.process?.processId
            size = record.message.totalSize
            delivery = record.delivery
        }
    }
}

/// Which messages of the journal are asked for.
public struct MessageQuery: Hashable, Sendable {
    /// Only messages with a greater sequence.
    public var after: UInt64 = 0
    /// Only this kind.
    public var kind: EngineMessage.Kind?
    /// Only this type.
    public var operation: EngineMessage.Operation?
    /// Only messages that are in this state now.
    public var delivery: MessageRecord.Delivery?
    /// Only messages about this pid.
    public var processId: UInt32?

    /// All messages.
    public init() {}

    /// Whether a message that is not before `after` is asked for.
    func matches(_ key: Journal.Key) -> Bool {
        (kind == nil || kind == key.kind) && (operation == nil || operation == key.operation)
            && (delivery == nil || delivery == key.delivery) && (processId == nil || processId == key.processId)
    }
}

/// A part of the journal.
public struct MessagePage: Hashable, Sendable {
    /// The messages, oldest first.
    public let items: [MessageRecord]
    /// Whether more messages match behind the last one.
    public let hasMore: Bool
    /// Where the journal started when it was looked through: older messages are gone.
    public let oldest: UInt64
    /// Sequence of the last message made, 0 when there was none.
    public let newest: UInt64

    /// Sequence of the last message that was looked at: where the next page begins.
    public let end: UInt64

    init(items: [MessageRecord], hasMore: Bool, oldest: UInt64, newest: UInt64, end: UInt64? = nil) {
        self.items = items
        self.hasMore = hasMore
        self.oldest = oldest
        self.newest = newest
        self.end = end ?? (hasMore ? items.last?.message.sequence ?? newest : newest)
    }
}
