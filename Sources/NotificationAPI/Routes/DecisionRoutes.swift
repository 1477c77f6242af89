import Driver
import DriverJSON
import JSON
import Locking

/// The decisions of the driver's routines (UIA-3).
enum DecisionRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts/{host}/decisions", "listDecisions", produces: [.json, .eventStream, .ndjson], list)
    ]

    private static func list(_ call: Call) throws(Problem) {
        if let format = StreamFormat(call.context.representation) { try stream(call, format) } else { try page(call) }
    }

    private static func page(_ call: Call) throws(Problem) {
        let (query, limit, waitMs) = try call.parameters { parameters in
            var query = filters(&parameters)
            query.after = parameters.number("after", as: UInt64.self) ?? 0
            // Ignored by pages, but it must be valid.
            _ = MessageRoutes.lastEventId(of: call, &parameters)
            return (query, parameters.limit(), parameters.integer("waitMs", in: 0...60_000) ?? 0)
        }
        let host = try call.host()
        let page = host.driver.decisions(query, limit: limit)
        if waitMs == 0 || !page.items.isEmpty { return call.send(page) }
        let found = Locked(page)
        let wait = NewsWait(
            of: host.driver, timers: call.api.dependencies.timers,
            follow: { wake in
                StreamFollowing(host.driver.followDecisions(after: found.withLock(\.end), wake))
            },
            isSatisfied: {
                var query = query
                query.after = found.withLock(\.end)
                let page = host.driver.decisions(query, limit: limit)
                found.withLock { $0 = page }
                return !page.items.isEmpty
            }, completion: { call.send(found.withLock { $0 }) })
        wait.begin(for: call, timeout: .milliseconds(waitMs))
    }

    private static func stream(_ call: Call, _ encoding: StreamFormat) throws(Problem) {
        let (query, start, limit) = try call.parameters { parameters in
            let query = filters(&parameters)
            if parameters.string("waitMs") != nil { parameters.fault("waitMs", "is for pages") }
            return (
                query, MessageRoutes.streamStart(of: call, &parameters), parameters.integer("limit", in: 1...1000)
            )
        }
        let host = try call.host()
        try call.send(
            RowFeed<DecisionRows>(query, from: start, limit: limit, encoding: encoding), of: host,
            as: encoding.mediaType)
    }

    private static func filters(_ parameters: inout ParameterReader) -> DecisionQuery {
        var query = DecisionQuery()
        query.processId = parameters.number("processId", as: UInt32.self)
        query.routine = parameters.routine()
        query.notified = parameters.bool("notified")
        query.message = parameters.number("message", as: UInt64.self)
        return query
    }
}

/// Decisions as rows of a stream.
private enum DecisionRows: StreamRows {
    static func rows(_ query: DecisionQuery, after: UInt64, limit: Int, of driver: Driver) -> RowPage<NumberedDecision>
    {
        var query = query
        query.after = after
        let page = driver.decisions(query, limit: limit)
        return RowPage(
            items: page.items.map { (number: $0.number, row: $0) }, oldest: page.oldest, newest: page.newest,
            end: page.end, hasMore: page.hasMore)
    }

    static func follow(after: UInt64, of driver: Driver, _ wake: @escaping @Sendable () -> Void) -> StreamFollowing {
        StreamFollowing(driver.followDecisions(after: after, wake))
    }

    static func write(_ decision: NumberedDecision, numbered number: UInt64, to json: inout JSONWriter) {
        decision.write(to: &json)
    }
}

extension Call {
    fileprivate func send(_ page: DecisionPage) {
        sendPage(
            page.items,
            next: { last, _, isCut in
                if isCut, let last { return String(last.number) }
                return page.hasMore ? String(page.end) : nil
            },
            more: { json in
                json.member("oldest", page.oldest)
                json.member("newest", page.newest)
            }
        ) { json, decision in
            decision.write(to: &json)
        }
    }
}
