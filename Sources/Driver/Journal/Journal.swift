import DequeModule
import Messages

/// The latest messages of a host, each with its outcome.
struct Journal {
    private var records: Deque<MessageRecord> = []
    /// The fields that filters compare, kept beside the records: a reader that waits for something rare checks every
    /// message, and copying a record updates a dozen reference counts.
    private var keys: Deque<Key> = []
    private let capacity: Int
    private let byteLimit: Int
    /// Bytes of all messages in the journal.
    private(set) var bytes = 0
    /// Sequence of the newest message; 0 if there was none.
    private(set) var newest: UInt64 = 0
    /// The most recent changes of deliveries, oldest first. A wait for a delivery checks only these.
    private var changes: Deque<Change> = []
    /// How many deliveries have changed.
    private(set) var changeCount: UInt64 = 0

    /// The maximum number of changes kept, and never more than two per message: more than a wait usually misses between
    /// two checks.
    static let mostChanges = 16_384

    /// A change of a message's delivery.
    private struct Change {
        let sequence: UInt64
        let former: MessageRecord.Delivery
        let current: MessageRecord.Delivery
    }

    /// A journal of at most `capacity` messages and at most `byteLimit` bytes. The newest message is kept whatever its
    /// size.
    init(capacity: Int, byteLimit: Int = .max) {
        self.capacity = max(1, capacity)
        self.byteLimit = byteLimit
    }

    /// Sequence of the oldest message that is still in the journal; that of the next message if the journal is empty.
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

    /// Stores a record with a new delivery state; false if the message is no longer in the journal.
    @discardableResult
    mutating func store(_ record: MessageRecord) -> Bool {
        let sequence = record.message.sequence
        guard sequence >= oldest, sequence <= newest else { return false }
        let index = Int(sequence - oldest)
        if changes.count == min(Journal.mostChanges, 2 * capacity) { changes.removeFirst() }
        changes.append(Change(sequence: sequence, former: keys[index].delivery, current: record.delivery))
        records[index] = record
        keys[index].delivery = record.delivery
        changeCount += 1
        return true
    }

    /// The maximum size in bytes of a page with more than one message. Otherwise a page of the largest messages would
    /// keep a thread busy for long and have a hundred megabytes.
    static let mostPageBytes = 4 << 20

    /// Advances `search` over the next messages, at most `count`.
    ///
    /// - Complexity: O(count).
    func advance(_ search: inout MessageSearch, by count: Int) {
        if search.countsOnly { correct(&search) }
        guard search.enter(oldest: oldest, newest: newest), search.end < newest else { return search.finish() }
        let first = Int(search.end - (oldest - 1))
        for index in first..<min(keys.count, first + count) {
            if search.query.matches(keys[index]) {
                if search.countsOnly { search.count += 1 } else if !search.take(records[index]) { return }
            }
            search.pass(oldest + UInt64(index))
        }
        if search.end == newest { search.finish() }
    }

    /// Restarts a search for messages if one that it has passed matches by now.
    ///
    /// - Complexity: O(deliveries that changed since its last check), at most `mostChanges`.
    func recheck(_ search: inout MessageSearch) {
        guard search.query.delivery != nil, !search.countsOnly else { return }
        guard let changes = missedChanges(&search) else { return search.restart() }
        if changes.contains(where: { matchesNow($0.sequence, search) }) { search.restart() }
    }

    /// Corrects the count of a search by the deliveries that changed since its last slice, or restarts it if there are too
    /// many of them.
    ///
    /// - Complexity: O(these deliveries), at most `mostChanges`.
    private func correct(_ search: inout MessageSearch) {
        guard search.query.delivery != nil else { return }
        guard let changes = missedChanges(&search) else { return search.restart() }
        for change in changes { search.count += correction(for: change, search) }
    }

    /// The changes since the last check of `search`, oldest first; nil if they are no longer known.
    private func missedChanges(_ search: inout MessageSearch) -> Deque<Change>.SubSequence? {
        let missed = changeCount - search.changesSeen
        search.changesSeen = changeCount
        return missed > UInt64(changes.count) ? nil : changes.suffix(Int(missed))
    }

    private func matchesNow(_ sequence: UInt64, _ search: MessageSearch) -> Bool {
        guard let key = passedKey(of: sequence, search) else { return false }
        return search.query.matches(key)
    }

    /// The difference that a change makes to the number of messages that match.
    private func correction(for change: Change, _ search: MessageSearch) -> Int {
        guard var key = passedKey(of: change.sequence, search) else { return 0 }
        key.delivery = change.former
        let matched = search.query.matches(key)
        key.delivery = change.current
        return (search.query.matches(key) ? 1 : 0) - (matched ? 1 : 0)
    }

    /// The key of a message that `search` has passed; nil for other messages, and for those that were evicted.
    private func passedKey(of sequence: UInt64, _ search: MessageSearch) -> Key? {
        guard sequence > search.query.after, sequence <= search.end, sequence >= oldest, sequence <= newest
        else { return nil }
        return keys[Int(sequence - oldest)]
    }
}

extension Journal {
    /// The fields of a record that a query compares.
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

/// A filter for messages of the journal.
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

    /// Whether a message with a sequence above `after` matches.
    func matches(_ key: Journal.Key) -> Bool {
        (kind == nil || kind == key.kind) && (operation == nil || operation == key.operation)
            && (delivery == nil || delivery == key.delivery) && (processId == nil || processId == key.processId)
    }
}

/// The number of messages in the journal that match a query.
public struct MessageCount: Hashable, Sendable {
    /// How many match. Messages that the journal evicts during a wait may stay counted.
    public let count: Int
    /// Sequence of the oldest message in the journal during the search; older messages have been evicted.
    public let oldest: UInt64
    /// Sequence of the newest message; 0 if there was none.
    public let newest: UInt64
}

/// A part of the journal.
public struct MessagePage: Hashable, Sendable {
    /// The messages, oldest first.
    public let items: [MessageRecord]
    /// Whether more messages match after the last one.
    public let hasMore: Bool
    /// Sequence of the oldest message in the journal during the search; older messages have been evicted.
    public let oldest: UInt64
    /// Sequence of the newest message; 0 if there was none.
    public let newest: UInt64

    /// Sequence of the last message that was checked; the next page begins after it.
    public let end: UInt64

    init(items: [MessageRecord], hasMore: Bool, oldest: UInt64, newest: UInt64, end: UInt64? = nil) {
        self.items = items
        self.hasMore = hasMore
        self.oldest = oldest
        self.newest = newest
        self.end = end ?? (hasMore ? items.last?.message.sequence ?? newest : newest)
    }
}
