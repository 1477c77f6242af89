/// A search through the journal, in parts: between two of them others get the host's lock, and one that found nothing goes
/// on later where it stopped.
///
/// Plain state: `Journal.advance` takes it on.
struct MessageSearch: Sendable {
    let query: MessageQuery
    let limit: Int
    /// Sequence of the last message that was passed.
    private(set) var end: UInt64
    /// Whether the end of the journal was reached, or the page is full.
    private(set) var isOver = false
    /// `Journal.changeCount` when the deliveries of the passed messages were last looked at.
    var changesSeen: UInt64
    private var items: [MessageRecord] = []
    private var bytes = 0
    private var hasMore = false
    private var oldest: UInt64 = 0
    private var newest: UInt64 = 0
    private var hasBegun = false

    /// A search for the first `limit` messages that `query` asks for, of a journal with so many changes.
    init(_ query: MessageQuery, limit: Int, changesSeen: UInt64 = 0) {
        self.query = query
        self.limit = limit
        self.changesSeen = changesSeen
        end = query.after
    }

    /// Whether any message was found.
    var hasItems: Bool { !items.isEmpty }

    /// What was found.
    var page: MessagePage {
        MessagePage(
            items: items, hasMore: hasMore, oldest: oldest, newest: newest,
            end: hasMore ? items.last?.message.sequence ?? end : newest)
    }

    /// Begins again, with the first message behind `query.after`.
    mutating func restart() { self = MessageSearch(query, limit: limit, changesSeen: changesSeen) }

    /// Goes on with what has come since it was over.
    mutating func goOn() { (isOver, hasBegun) = (false, false) }

    /// Notes what the journal holds as a part begins; false when the page ends here.
    ///
    /// A page is of messages without a gap between them: it ends where the journal has lost some that were not looked at.
    mutating func enter(oldest: UInt64, newest: UInt64) -> Bool {
        let hasGap = end < oldest - 1
        if hasBegun, hasGap {
            hasMore = true
            return false
        }
        if !hasBegun {
            hasBegun = true
            self.oldest = oldest
            if hasGap { end = oldest - 1 }
        }
        self.newest = newest
        return true
    }

    /// Takes a message that matches; false when the page is full.
    mutating func take(_ record: MessageRecord) -> Bool {
        bytes += record.message.totalSize
        guard items.count < limit, items.isEmpty || bytes <= Journal.mostPageBytes else {
            (hasMore, isOver) = (true, true)
            return false
        }
        items.append(record)
        return true
    }

    /// The message `sequence` was looked at.
    mutating func pass(_ sequence: UInt64) { end = sequence }

    mutating func finish() { isOver = true }
}
