import Driver

/// Where a reader of a live stream stands: what is to be sent, and from where on to look.
///
/// Plain state: `MessageStream` keeps it under a lock and does what it says.
struct MessageStreamState {
    /// Where a stream begins.
    enum Start: Equatable {
        /// With the oldest message that the journal holds.
        case oldest
        /// With the first after that sequence.
        case after(UInt64)
        /// With the first after the message that the reader had last.
        case resume(lastEventId: UInt64)
    }

    /// What is to be done next.
    enum Step: Equatable {
        /// So many bytes were copied.
        case copied(Int)
        /// The next messages are to be looked up.
        case fetch(MessageQuery)
        /// There are none; heartbeats aside, the stream waits for one after that sequence.
        case wait(after: UInt64)
        case end
    }

    private let format: StreamFormat
    private let host: String
    private let start: Start
    /// The filters; `after` is the last sequence that was looked at.
    private var query: MessageQuery
    /// How many messages are still to be told; nil for no end.
    private var remaining: Int?
    private var hasBegun = false
    /// Whether all that the journal held was looked at.
    private var isCaughtUp = false
    /// Messages that were looked up and are not written yet.
    private var records: ArraySlice<MessageRecord> = []
    private var output: ArraySlice<UInt8>
    private var isHeartbeatDue = false

    /// How many messages are looked up at a time: a reader holds no more than these.
    static let pageSize = 32

    init(_ query: MessageQuery, from start: Start, limit: Int?, format: StreamFormat, host: String) {
        self.query = query
        self.start = start
        remaining = limit
        self.format = format
        self.host = host
        output = format.prelude[...]
        switch start {
        case .oldest: self.query.after = 0
        case .after(let sequence), .resume(let sequence): self.query.after = sequence
        }
    }

    /// Copies what is to be sent to `buffer`, or says what is to be done first.
    mutating func next(into buffer: UnsafeMutableRawBufferPointer) -> Step {
        while output.isEmpty {
            if let record = records.popFirst() {
                output = format.message(record, host: host)[...]
                remaining = remaining.map { $0 - 1 }
            } else if remaining == 0 {
                return .end
            } else if !isCaughtUp {
                return .fetch(query)
            } else if isHeartbeatDue {
                isHeartbeatDue = false
                output = format.heartbeat[...]
            } else {
                return .wait(after: query.after)
            }
        }
        let count = min(output.count, buffer.count)
        buffer.copyBytes(from: output.prefix(count))
        output = output.dropFirst(count)
        return .copied(count)
    }

    /// Receives the page that was fetched, and reports the messages that the journal has evicted in between.
    mutating func receive(_ page: MessagePage) {
        if !hasBegun {
            hasBegun = true
            switch start {
            case .oldest: query.after = page.oldest - 1
            case .resume(let lastEventId) where lastEventId > page.newest:
                output += format.reset(lastEventId: lastEventId, newest: page.newest)
                query.after = page.oldest - 1
                // This page was looked up at the wrong place.
                return
            case .after, .resume: break
            }
        }
        if page.oldest > query.after, page.oldest - query.after > 1 {
            output += format.gap(first: query.after + 1, last: page.oldest - 1)
        }
        records = page.items.prefix(remaining ?? .max)
        query.after = max(query.after, page.end)
        isCaughtUp = !page.hasMore
    }

    /// There may be new messages: the next step fetches them.
    mutating func requestFetch() { isCaughtUp = false }

    /// A heartbeat is due: it is sent when there is no message to send.
    mutating func requestHeartbeat() { isHeartbeatDue = true }
}
