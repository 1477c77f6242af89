import DequeModule
import Messages

/// The latest messages of a host, each with its outcome.
struct Journal {
    private var records: Deque<MessageRecord> = []
    /// The fields that filters compare, kept beside the records: a reader that waits for something rare checks every
    /// message, and a record has references to count.
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

    /// A change of a message's outcome.
    private struct Change {
        let sequence: UInt64
        let former: Key.Outcome
        let current: Key.Outcome
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
        if keys.count == capacity, let oldest = keys.popFirst() {
            bytes -= oldest.size
            records.removeFirst()
        }
        let key = Key(record)
        bytes += key.size
        records.append(record)
        keys.append(key)
        evict()
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
        let former = keys[Int(sequence - oldest)].outcome
        update(record)
        if changes.count == min(Journal.mostChanges, 2 * capacity) { changes.removeFirst() }
        let current = Key.Outcome(delivery: record.delivery, acknowledged: record.acknowledged)
        changes.append(Change(sequence: sequence, former: former, current: current))
        changeCount += 1
        return true
    }

    /// Replaces a record whose delivery state is unchanged; false if the journal has evicted the message.
    @discardableResult
    mutating func update(_ record: MessageRecord) -> Bool {
        let sequence = record.message.sequence
        guard sequence >= oldest, sequence <= newest else { return false }
        let index = Int(sequence - oldest)
        let former = keys[index].size
        keys[index].update(record)
        bytes += keys[index].size - former
        records[index] = record
        evict()
        return true
    }

    /// Removes the oldest messages while there are too many bytes; the newest message stays.
    private mutating func evict() {
        while bytes > byteLimit, keys.count > 1, let oldest = keys.popFirst() {
            bytes -= oldest.size
            records.removeFirst()
        }
    }

    /// The maximum size in bytes of a page with more than one message. Otherwise a page of the largest messages would
    /// keep a thread busy for long and have a hundred megabytes.
    static let mostPageBytes = 4 << 20

    /// Steps of comparing names while the host is locked; a step takes about 10 ns at most.
    static let sliceSteps = 50_000

    /// Advances `search` over the next messages, at most `count`.
    ///
    /// - Complexity: O(count). Names are compared until the steps of a slice are used up.
    func advance(_ search: inout MessageSearch, by count: Int) {
        if search.countsOnly { correct(&search) }
        guard search.enter(oldest: oldest, newest: newest), search.end < newest else { return search.finish() }
        let first = Int(search.end - (oldest - 1))
        var steps = Journal.sliceSteps
        for index in first..<min(keys.count, first + count) {
            // Records are not touched, and their references not counted, unless their names matter.
            if search.query.matches(keys[index]),
                !search.query.isAboutName || search.query.matchesName(of: records[index], &steps)
            {
                if search.countsOnly { search.count += 1 } else if !search.take(records[index]) { return }
            }
            search.pass(oldest + UInt64(index))
            if steps <= 0 { break }
        }
        if search.end == newest { search.finish() }
    }

    /// Restarts a search for messages if one that it has passed matches by now.
    ///
    /// - Complexity: O(deliveries that changed since its last check), at most `mostChanges`.
    func recheck(_ search: inout MessageSearch) {
        guard search.query.isAboutOutcome, !search.countsOnly else { return }
        guard let changes = missedChanges(&search) else { return search.restart() }
        if changes.contains(where: { matchesNow($0.sequence, search) }) { search.restart() }
    }

    /// Corrects the count of a search by the outcomes that changed since its last slice, or restarts it if there are too
    /// many of them.
    ///
    /// - Complexity: O(these outcomes), at most `mostChanges`.
    private func correct(_ search: inout MessageSearch) {
        guard search.query.isAboutOutcome else { return }
        guard let changes = missedChanges(&search) else { return search.restart() }
        for change in changes { search.count += correction(for: change, search) }
    }

    /// The changes since the last check of `search`, oldest first; nil if the journal no longer has all of them.
    private func missedChanges(_ search: inout MessageSearch) -> Deque<Change>.SubSequence? {
        let missed = changeCount - search.changesSeen
        search.changesSeen = changeCount
        return missed > UInt64(changes.count) ? nil : changes.suffix(Int(missed))
    }

    private func matchesNow(_ sequence: UInt64, _ search: MessageSearch) -> Bool {
        guard let index = passedIndex(of: sequence, search) else { return false }
        return matches(keys[index], at: index, search)
    }

    /// Whether a message matches `query` but for its `after`. Subtracts the cost of comparing its name from `steps`.
    func matches(_ record: MessageRecord, _ query: MessageQuery, _ steps: inout Int) -> Bool {
        query.matches(Key(record)) && query.matchesName(of: record, &steps)
    }

    private func matches(_ key: Key, at index: Int, _ search: MessageSearch) -> Bool {
        var steps = 0
        return search.query.matches(key) && search.query.matchesName(of: records[index], &steps)
    }

    /// The difference that a change makes to the number of messages that match.
    private func correction(for change: Change, _ search: MessageSearch) -> Int {
        guard let index = passedIndex(of: change.sequence, search) else { return 0 }
        var key = keys[index]
        key.outcome = change.former
        let matched = matches(key, at: index, search)
        key.outcome = change.current
        return (matches(key, at: index, search) ? 1 : 0) - (matched ? 1 : 0)
    }

    /// The index of a message, if `search` has passed it and the journal still has it.
    private func passedIndex(of sequence: UInt64, _ search: MessageSearch) -> Int? {
        guard sequence > search.query.after, sequence <= search.end, sequence >= oldest, sequence <= newest
        else { return nil }
        return Int(sequence - oldest)
    }
}

extension Journal {
    /// The fields of a record that a query compares, except the name of the image.
    struct Key {
        let kind: EngineMessage.Kind
        let operation: EngineMessage.Operation
        let processId: UInt32?
        let routine: DriverRoutine
        let time: FileTime
        /// Bytes of the message, of its reply, and of the texts that the journal may keep alive: the name of its image and
        /// the tag of its caller.
        private(set) var size: Int
        var outcome: Outcome
        /// Bytes of the reply and the failure, which `size` includes.
        private var outcomeSize = 0

        /// The fields that change.
        struct Outcome {
            let delivery: MessageRecord.Delivery
            let acknowledged: Bool
        }

        init(_ record: borrowing MessageRecord) {
            let message = record.message
            kind = message.kind
            operation = message.operation
            processId = message.process?.processId
            routine = record.routine
            time = message.time
            size =
                message.totalSize + (message.imageFileName?.byteCount ?? 0) + (message.caller?.text.utf8.count ?? 0)
            outcome = Outcome(delivery: record.delivery, acknowledged: record.acknowledged)
            update(record)
        }

        /// Takes over the outcome of a record, the only thing in it that changes.
        mutating func update(_ record: borrowing MessageRecord) {
            outcome = Outcome(delivery: record.delivery, acknowledged: record.acknowledged)
            size -= outcomeSize
            outcomeSize = record.outcomeSize
            size += outcomeSize
        }
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
