import Driver

/// The position of a live stream in the journal, and its unsent bytes.
///
/// Plain state: `MessageStream` keeps it under a lock and performs its steps.
struct MessageStreamState {
    /// The first message of a stream.
    enum Start: Equatable {
        /// The oldest message in the journal.
        case oldest
        /// The first message after a sequence.
        case after(UInt64)
        /// The first message after the last one that the reader received earlier.
        case resume(lastEventId: UInt64)
    }

    /// The next action for the stream.
    enum Step: Equatable {
        /// Report this number of copied bytes.
        case copied(Int)
        /// Fetch the next messages.
        case fetch(MessageQuery)
        /// Wait for a message after this sequence or for a heartbeat.
        case wait(after: UInt64)
        /// End the stream.
        case end
    }

    private let format: StreamFormat
    private let texts: StreamTexts
    private let start: Start
    /// The filters; `after` is the last sequence that was examined.
    private var query: MessageQuery
    /// The number of messages until the stream ends; nil for an endless stream.
    private var remaining: Int?
    private var hasStarted = false
    /// Whether all messages in the journal have been examined.
    private var isCaughtUp = false
    /// Messages that were fetched but not written yet.
    private var records: ArraySlice<MessageRecord> = []
    private var output: ArraySlice<UInt8>
    private var isHeartbeatDue = false

    /// The number of messages fetched at a time, the most that a stream holds.
    static let pageSize = 32

    init(_ query: MessageQuery, from start: Start, limit: Int?, format: StreamFormat, texts: StreamTexts) {
        self.query = query
        self.start = start
        remaining = limit
        self.format = format
        self.texts = texts
        output = format.prelude[...]
        switch start {
        case .oldest: self.query.after = 0
        case .after(let sequence), .resume(let sequence): self.query.after = sequence
        }
    }

    /// Copies the next bytes to `buffer`, as many as there are and fit, or returns the action that is needed first.
    mutating func next(into buffer: UnsafeMutableRawBufferPointer) -> Step {
        var copied = 0
        while copied < buffer.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[copied...])
            if output.isEmpty {
                copied += copyTexts(to: room)
                if copied == buffer.count { break }
                if let step = prepareOutput() { return copied > 0 ? .copied(copied) : step }
            } else {
                copied += copyText(to: room)
            }
        }
        return .copied(copied)
    }

    /// Whether a part of a text is still to be sent.
    var isWithinText: Bool { !output.isEmpty }

    /// Copies more of the text that has begun; returns its size.
    mutating func copyText(to room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(output.count, room.count)
        room.copyBytes(from: output.prefix(count))
        output = output.dropFirst(count)
        return count
    }

    /// Copies the texts of the next messages, as many as are known and fit; returns their size.
    private mutating func copyTexts(to room: UnsafeMutableRawBufferPointer) -> Int {
        let (count, size) = texts.copy(records, format, to: room)
        records = records.dropFirst(count)
        remaining = remaining.map { $0 - count }
        return size
    }

    /// Puts the next text into `output`; returns the action that is needed first, if any.
    private mutating func prepareOutput() -> Step? {
        if let record = records.popFirst() {
            output = texts.text(of: record, format)[...]
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
        return nil
    }

    /// Receives the page that was fetched, and reports the messages that the journal has evicted in between.
    mutating func receive(_ page: MessagePage) {
        if !hasStarted {
            hasStarted = true
            switch start {
            case .oldest: query.after = page.oldest - 1
            case .resume(let lastEventId) where lastEventId > page.newest:
                output += format.reset(lastEventId: lastEventId, newest: page.newest)
                query.after = page.oldest - 1
                // This page was fetched from the wrong position.
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

    /// Makes the next step fetch new messages.
    mutating func requestFetch() { isCaughtUp = false }

    /// Makes the stream send a heartbeat unless it has messages to send.
    mutating func requestHeartbeat() { isHeartbeatDue = true }
}
