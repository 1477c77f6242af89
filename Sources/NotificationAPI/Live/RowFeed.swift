import Driver
import JSON

/// Things that a host numbers from 1 and keeps the latest of, as rows of a live stream.
protocol StreamRows: Sendable {
    /// The filters.
    associatedtype Query: Sendable & Equatable
    /// One of them.
    associatedtype Row: Sendable

    /// The first rows after `after` that match.
    static func rows(_ query: Query, after: UInt64, limit: Int, of driver: Driver) -> RowPage<Row>

    /// Calls `wake` once when there is a row after `after`.
    static func follow(after: UInt64, of driver: Driver, _ wake: @escaping @Sendable () -> Void) -> StreamFollowing

    /// Writes a row.
    static func write(_ row: Row, numbered number: UInt64, to json: inout JSONWriter)
}

/// A part of the rows of a host.
struct RowPage<Row: Sendable>: Sendable {
    /// The rows with their numbers.
    var items: [(number: UInt64, row: Row)]
    /// The number of the oldest row that is kept.
    let oldest: UInt64
    /// The number of the newest row.
    let newest: UInt64
    /// The number of the last row that was examined.
    let end: UInt64
    /// Whether there may be more.
    let hasMore: Bool
}

/// The rows of one kind that a live stream sends.
struct RowFeed<Rows: StreamRows>: StreamFeed {
    struct Request: Sendable, Equatable {
        let query: Rows.Query
        let after: UInt64
    }

    typealias Answer = RowPage<Rows.Row>
    typealias Position = UInt64

    private let query: Rows.Query
    private let encoding: StreamFormat
    private var place: StreamPlace
    /// The number of rows until the stream ends; nil for an endless stream.
    private var remaining: Int?
    private var isCaughtUp = false
    private var isHeartbeatDue = false
    private var rows: ArraySlice<(number: UInt64, row: Rows.Row)> = []
    var output: StreamOutput

    private static var pageSize: Int { 32 }

    init(_ query: Rows.Query, from start: StreamStart, limit: Int?, encoding: StreamFormat) {
        self.query = query
        self.encoding = encoding
        place = StreamPlace(start)
        remaining = limit
        output = StreamOutput(encoding.prelude)
    }

    mutating func next(into buffer: UnsafeMutableRawBufferPointer) -> StreamStep<Request, Position> {
        var copied = 0
        while copied < buffer.count {
            if output.isEmpty, let step = prepareOutput() { return copied > 0 ? .copied(copied) : step }
            copied += output.copy(to: UnsafeMutableRawBufferPointer(rebasing: buffer[copied...]))
        }
        return .copied(copied)
    }

    private mutating func prepareOutput() -> StreamStep<Request, Position>? {
        if let (number, row) = rows.popFirst() {
            output.append(encoding.item(number) { Rows.write(row, numbered: number, to: &$0) })
            remaining = remaining.map { $0 - 1 }
        } else if remaining == 0 {
            return .end
        } else if !isCaughtUp {
            return .fetch(Request(query: query, after: place.number))
        } else if isHeartbeatDue {
            isHeartbeatDue = false
            output.append(encoding.heartbeat)
        } else {
            return .wait(after: place.number)
        }
        return nil
    }

    mutating func receive(_ page: RowPage<Rows.Row>) {
        guard place.enter(oldest: page.oldest, newest: page.newest, encoding, &output) else { return }
        rows = page.items.prefix(remaining ?? .max)
        place.pass(page.end)
        isCaughtUp = !page.hasMore
    }

    mutating func requestFetch() { isCaughtUp = false }

    mutating func requestHeartbeat() { isHeartbeatDue = true }

    static func answer(to request: Request, from driver: Driver) -> RowPage<Rows.Row> {
        Rows.rows(request.query, after: request.after, limit: pageSize, of: driver)
    }

    static func follow(
        _ position: UInt64, of driver: Driver, _ wake: @escaping @Sendable () -> Void
    ) -> StreamFollowing {
        Rows.follow(after: position, of: driver, wake)
    }
}
