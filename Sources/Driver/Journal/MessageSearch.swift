/// A search through the journal for messages, or for their number only, in slices. Others get the host's lock between two
/// slices, and a search that found nothing resumes later where it stopped.
///
/// Plain state, advanced by `Journal.advance`.
struct MessageSearch: Sendable {
    let query: MessageQuery
    /// The number of messages to find.
    let limit: Int
    /// Whether messages are only counted. The count goes on beyond `limit`.
    let countsOnly: Bool
    /// The number of messages counted.
    var count = 0
    /// Sequence of the last message that was checked.
    private(set) var end: UInt64
    /// Whether the end of the journal was reached, or the page is full.
    private(set) var isOver = false
    /// `Journal.changeCount` when the deliveries of the passed messages were last checked.
    var changesSeen: UInt64
    private var items: [MessageRecord] = []
    private var bytes = 0
    private var hasMore = false
    private var oldest: UInt64 = 0
    private var newest: UInt64 = 0
    private var hasBegun = false

    /// A search for the first `limit` messages that match `query`, in a journal with `changesSeen` changes so far.
    ///
    /// If it `countsOnly`, it counts all messages that match, and copies none.
    init(_ query: MessageQuery, limit: Int, countsOnly: Bool = false, changesSeen: UInt64 = 0) {
        self.query = query
        self.limit = limit
        self.countsOnly = countsOnly
        self.changesSeen = changesSeen
        end = query.after
    }

    /// Whether a wait can end: a message was found, or `limit` messages were counted.
    var isSatisfied: Bool { countsOnly ? count >= limit : !items.isEmpty }

    /// The number of messages counted so far.
    var messageCount: MessageCount { MessageCount(count: count, oldest: oldest, newest: newest) }

    /// The result so far.
    var page: MessagePage {
        MessagePage(
            items: items, hasMore: hasMore, oldest: oldest, newest: newest,
            end: hasMore ? items.last?.message.sequence ?? end : newest)
    }

    /// Starts over with the first message after `query.after`.
    mutating func restart() {
        self = MessageSearch(query, limit: limit, countsOnly: countsOnly, changesSeen: changesSeen)
    }

    /// Resumes a finished search, to include newer messages.
    mutating func resume() { (isOver, hasBegun) = (false, false) }

    /// Records the range of the journal at the start of a slice; false if the page ends here.
    ///
    /// A page covers messages without a gap: it ends where the journal has evicted messages that were not checked. A count
    /// continues after them.
    mutating func enter(oldest: UInt64, newest: UInt64) -> Bool {
        let hasGap = end < oldest - 1
        if hasBegun, hasGap, !countsOnly {
            hasMore = true
            return false
        }
        if !hasBegun {
            hasBegun = true
            self.oldest = oldest
        }
        if hasGap { end = oldest - 1 }
        self.newest = newest
        return true
    }

    /// Adds a message that matches; false if the page is full.
    mutating func take(_ record: MessageRecord) -> Bool {
        bytes += record.message.totalSize
        guard items.count < limit, items.isEmpty || bytes <= Journal.mostPageBytes else {
            (hasMore, isOver) = (true, true)
            return false
        }
        items.append(record)
        return true
    }

    /// Records that the message `sequence` was checked.
    mutating func pass(_ sequence: UInt64) { end = sequence }

    mutating func finish() { isOver = true }
}
