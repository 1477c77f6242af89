import Driver

/// The position of a live stream in the journal, and its unsent bytes.
///
/// Plain state: `LiveStream` keeps it under a lock and performs its steps.
struct MessageStreamState: StreamFeed {
    /// What is fetched.
    enum Request: Sendable, Equatable {
        /// The next messages.
        case messages(MessageQuery)
        /// Messages that the reader has seen, or that are older, and have come to their end after this one.
        case endings(after: UInt64, MessageQuery)
    }

    /// What was fetched.
    enum Answer: Sendable {
        case messages(MessagePage)
        case endings(EndingsPage)
    }

    /// How far the reader has got.
    struct Position: Sendable, Equatable {
        /// The last message that was examined.
        let sequence: UInt64
        /// The last end that was examined; nil if the reader wants no updates.
        let end: UInt64?
    }

    typealias Step = StreamStep<Request, Position>

    private let format: MessageFormat
    private let texts: StreamTexts
    private let filters: MessageQuery
    private var place: StreamPlace
    /// The number of messages until the stream ends; nil for an endless stream.
    private var remaining: Int?
    /// Whether all messages in the journal have been examined.
    private var isCaughtUp = false
    /// Messages that were fetched but not written yet.
    private var records: ArraySlice<MessageRecord> = []
    /// The last end of a message that was examined; nil if the reader wants no updates.
    private var end: UInt64?
    /// Whether all ends have been examined.
    private var isCaughtUpWithEnds = true
    /// Messages whose ends were fetched but not written yet.
    private var ended: ArraySlice<MessageRecord> = []
    /// The ends, not examined yet, of messages that were fetched after them: the reader knows how they ended.
    private var knownEnds: Set<UInt64> = []
    var output: StreamOutput
    private var isHeartbeatDue = false

    /// The number of messages fetched at a time, the most that a stream holds.
    static let pageSize = 32
    /// The most ends of messages that are remembered; a reader of more gets updates that say nothing new.
    static let mostKnownEnds = 1024

    /// - Parameter end: the last end of a message before the stream began, if the reader wants updates.
    init(
        _ query: MessageQuery, from start: StreamStart, limit: Int?, updatesAfter end: UInt64? = nil,
        format: MessageFormat,
        texts: StreamTexts
    ) {
        filters = query
        self.end = end
        place = StreamPlace(start)
        remaining = limit
        self.format = format
        self.texts = texts
        output = StreamOutput(format.encoding.prelude)
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
                copied += output.copy(to: room)
            }
        }
        return .copied(copied)
    }

    /// Copies the texts of the next messages, as many as are known and fit; returns their size.
    private mutating func copyTexts(to room: UnsafeMutableRawBufferPointer) -> Int {
        let (count, size) = texts.copy(records, format, to: room)
        records = records.dropFirst(count)
        remaining = remaining.map { $0 - count }
        return size
    }

    /// The filters for messages after the last one that was examined.
    private var query: MessageQuery {
        var query = filters
        query.after = place.number
        return query
    }

    /// Puts the next text into `output`; returns the action that is needed first, if any.
    private mutating func prepareOutput() -> Step? {
        if let record = records.popFirst() {
            output.append(texts.text(of: record, format))
            remaining = remaining.map { $0 - 1 }
        } else if remaining == 0 {
            return .end
        } else if let record = ended.popFirst() {
            output.append(format.encoding.update(record))
        } else if !isCaughtUp {
            return .fetch(.messages(query))
        } else if !isCaughtUpWithEnds, let end {
            return .fetch(.endings(after: end, query))
        } else if isHeartbeatDue {
            isHeartbeatDue = false
            output.append(format.encoding.heartbeat)
        } else {
            return .wait(after: Position(sequence: place.number, end: end))
        }
        return nil
    }

    mutating func receive(_ answer: Answer) {
        switch answer {
        case .messages(let page): receive(page)
        case .endings(let page):
            if page.missed > 0 { output.append(format.encoding.updatesMissed(page.missed)) }
            ended = page.items.filter { $0.endedAs.flatMap { knownEnds.remove($0) } == nil }[...]
            end = page.end
            if !knownEnds.isEmpty { knownEnds = knownEnds.filter { $0 > page.end } }
            isCaughtUpWithEnds = !page.hasMore
        }
    }

    /// Receives the page that was fetched, and reports the messages that the journal has evicted in between.
    mutating func receive(_ page: MessagePage) {
        guard place.enter(oldest: page.oldest, newest: page.newest, format.encoding, &output) else { return }
        records = page.items.prefix(remaining ?? .max)
        if let end {
            knownEnds.formUnion(
                records.compactMap(\.endedAs).filter { $0 > end }.prefix(Self.mostKnownEnds - knownEnds.count))
        }
        place.pass(page.end)
        isCaughtUp = !page.hasMore
    }

    /// Makes the next step fetch new messages.
    mutating func requestFetch() {
        isCaughtUp = false
        isCaughtUpWithEnds = end == nil
    }

    /// Makes the stream send a heartbeat unless it has messages to send.
    mutating func requestHeartbeat() { isHeartbeatDue = true }
}

// MARK: - The driver

extension MessageStreamState {
    static func answer(to request: Request, from driver: Driver) -> Answer {
        switch request {
        case .messages(let query): .messages(driver.messages(query, limit: pageSize))
        case .endings(let end, let query):
            .endings(driver.endings(after: end, query, seen: query.after, limit: pageSize))
        }
    }

    static func answerInSlices(
        to request: Request, from driver: Driver, _ slices: any SliceQueue, isWanted: @escaping @Sendable () -> Bool
    ) -> ((@escaping @Sendable (Answer) -> Void) -> Void)? {
        guard case .messages(let query) = request, query.imageFileName != nil else { return nil }
        let search = driver.messageSearch(query, limit: pageSize)
        return { completion in
            slices.finish(search, isWanted: isWanted) { completion(.messages($0.page)) }
        }
    }

    static func follow(
        _ position: Position, of driver: Driver, _ wake: @escaping @Sendable () -> Void
    ) -> StreamFollowing {
        guard let end = position.end else { return StreamFollowing(driver.follow(after: position.sequence, wake)) }
        return StreamFollowing(driver.follow(after: position.sequence, ends: end, wake))
    }
}
