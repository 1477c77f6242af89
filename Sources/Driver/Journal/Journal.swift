import DequeModule
import Messages

/// The last messages of a host, each with what became of it.
struct Journal {
    private var records: Deque<MessageRecord> = []
    private let capacity: Int
    /// Sequence of the last message made; 0 when there was none.
    private(set) var newest: UInt64 = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Sequence of the oldest message that is still here; the next one's when there is none.
    var oldest: UInt64 { newest - UInt64(records.count) + 1 }

    /// The sequence that the next message gets.
    var nextSequence: UInt64 { newest + 1 }

    mutating func append(_ record: MessageRecord) {
        newest += 1
        if records.count == capacity { records.removeFirst() }
        records.append(record)
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
        return true
    }

    /// The first `limit` records that `query` asks for, and whether more follow.
    ///
    /// - Complexity: O(records behind `query.after`).
    func page(_ query: MessageQuery, limit: Int) -> MessagePage {
        var items: [MessageRecord] = []
        var hasMore = false
        let first = max(query.after, oldest - 1) - (oldest - 1)
        if first < records.count {
            for record in records[Int(first)...] where query.matches(record) {
                if items.count == limit {
                    hasMore = true
                    break
                }
                items.append(record)
            }
        }
        return MessagePage(items: items, hasMore: hasMore, oldest: oldest, newest: newest)
    }
}

/// Which messages of the journal are asked for.
public struct MessageQuery: Hashable, Sendable {
    /// Only messages with a greater sequence.
    public var after: UInt64 = 0
    /// Only this kind.
    public var kind: EngineMessage.Kind?
    /// Only operations of this name.
    public var operation: String?
    /// Only messages that are in this state now.
    public var delivery: MessageRecord.Delivery?
    /// Only messages about this pid.
    public var processId: UInt32?

    /// All messages.
    public init() {}

    func matches(_ record: MessageRecord) -> Bool {
        record.message.sequence > after
            && (kind == nil || kind == record.message.kind)
            && (operation == nil || operation == record.message.operationName)
            && (delivery == nil || delivery == record.delivery)
            && (processId == nil || processId == record.message.process?.processId)
    }
}

/// A part of the journal.
public struct MessagePage: Hashable, Sendable {
    /// The messages, oldest first.
    public let items: [MessageRecord]
    /// Whether more messages match behind the last one.
    public let hasMore: Bool
    /// Where the journal starts: older messages are gone.
    public let oldest: UInt64
    /// Sequence of the last message made, 0 when there was none.
    public let newest: UInt64

    /// Sequence of the last message that was looked at: where the next page begins.
    public var end: UInt64 { hasMore ? items.last?.message.sequence ?? newest : newest }
}
