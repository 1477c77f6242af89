import Driver
import DriverJSON
import JSON

/// The history of the queue and of what was sent (UIA-1).
enum HistoryRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts/{host}/history", "getHistory", produces: [.json, .eventStream, .ndjson], history)
    ]

    private static func history(_ call: Call) throws(Problem) {
        if let format = StreamFormat(call.context.representation) { try stream(call, format) } else { try page(call) }
    }

    private static func page(_ call: Call) throws(Problem) {
        let (after, limit, waitMs) = try call.parameters { parameters in
            // Ignored by pages, but it must be valid.
            _ = MessageRoutes.lastEventId(of: call, &parameters)
            return (
                parameters.number("after", as: UInt64.self) ?? 0, parameters.integer("limit", in: 1...10_000) ?? 1000,
                parameters.integer("waitMs", in: 0...60_000) ?? 0
            )
        }
        let host = try call.host()
        let answer: @Sendable () -> Void = { call.send(host.driver.history(after: after, limit: limit)) }
        if waitMs == 0 { return answer() }
        let wait = NewsWait(
            of: host.driver, timers: call.api.dependencies.timers,
            follow: { StreamFollowing(host.driver.followHistory(after: after, $0)) },
            isSatisfied: { host.driver.history(after: after, limit: 1).newestOver > after }, completion: answer)
        wait.begin(for: call, timeout: .milliseconds(waitMs))
    }

    private static func stream(_ call: Call, _ encoding: StreamFormat) throws(Problem) {
        let (start, limit) = try call.parameters { parameters in
            if parameters.string("waitMs") != nil { parameters.fault("waitMs", "is for pages") }
            return (
                MessageRoutes.streamStart(of: call, &parameters), parameters.integer("limit", in: 1...10_000)
            )
        }
        let host = try call.host()
        try call.send(
            RowFeed<HistoryRows>(NoFilters(), from: start, limit: limit, encoding: encoding), of: host,
            as: encoding.mediaType)
    }
}

/// No filters at all.
struct NoFilters: Sendable, Equatable {}

/// The buckets of the history that are over, as rows of a stream.
private enum HistoryRows: StreamRows {
    static func rows(_ query: NoFilters, after: UInt64, limit: Int, of driver: Driver) -> RowPage<HistoryBucket> {
        let page = driver.history(after: after, limit: limit, onlyOver: true)
        let items = page.numbered.map { (number: $0.number, row: $0.bucket) }
        let end = items.last?.number ?? max(after, page.oldest - 1)
        return RowPage(
            items: items, oldest: page.oldest, newest: page.newestOver, end: end, hasMore: end < page.newestOver)
    }

    static func follow(after: UInt64, of driver: Driver, _ wake: @escaping @Sendable () -> Void) -> StreamFollowing {
        StreamFollowing(driver.followHistory(after: after, wake))
    }

    static func write(_ bucket: HistoryBucket, numbered number: UInt64, to json: inout JSONWriter) {
        bucket.write(numbered: number, to: &json)
    }
}

extension StreamFollowing {
    fileprivate init(_ wait: Driver.BucketWait) {
        self =
            switch wait {
            case .ready: .ready
            case .after(let rest): .after(rest)
            case .waiting(let id): .waiting(id)
            case .ended: .ended
            }
    }
}

extension Call {
    fileprivate func send(_ page: HistoryPage) {
        sendPage(page.numbered, next: { _, _, _ in nil }, more: { page.writeMembers(to: &$0) }) { json, item in
            item.bucket.write(numbered: item.number, isOpen: item.number > page.newestOver, to: &json)
        }
    }
}
