import Bytes
import Driver
import DriverJSON
import JSON
import Messages
import MicroHTTPD

/// The operations on the journal: pages, counts, long polls, live streams.
enum MessageRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts/{host}/messages", "listMessages", produces: [.json, .eventStream, .ndjson], list),
        .get("/v1/hosts/{host}/messages/count", "countMessages", count),
        .get("/v1/hosts/{host}/messages/{sequence}", "getMessage", produces: [.json, .octetStream], get),
        .get("/v1/hosts/{host}/messages/{sequence}/dissection", "getMessageDissection", dissection),
    ]

    private static func list(_ call: Call) throws(Problem) {
        if let format = StreamFormat(call.context.representation) { try stream(call, format) } else { try page(call) }
    }

    private static func page(_ call: Call) throws(Problem) {
        let (query, limit, waitMs, view) = try call.parameters { parameters in
            let query = outcomeFilters(&parameters)
            // Ignored by pages, but they must be valid.
            _ = (parameters.bool("updates"), lastEventId(of: call, &parameters))
            return (
                query, parameters.limit(), parameters.integer("waitMs", in: 0...60_000) ?? 0, parameters.view()
            )
        }
        let host = try call.host()
        find(call, host.driver.messageSearch(query, limit: limit), on: host, waitMs: waitMs) { outcome in
            call.send(outcome.page, view, of: host.name)
        }
    }

    private static func count(_ call: Call) throws(Problem) {
        let (query, minimum, waitMs) = try call.parameters { parameters in
            let query = outcomeFilters(&parameters)
            let minimum = parameters.integer("atLeast", in: 1...1_000_000) ?? 1
            return (query, minimum, parameters.integer("waitMs", in: 0...60_000) ?? 0)
        }
        let host = try call.host()
        let search = host.driver.messageCountSearch(query, atLeast: minimum)
        find(call, search, on: host, waitMs: waitMs) { call.send($0.count) }
    }

    /// Searches, in slices if that takes long, and then waits for what is still missing.
    private static func find(
        _ call: Call, _ search: SlicedMessageSearch, on host: Host, waitMs: Int,
        answer: @escaping @Sendable (SlicedMessageSearch.Outcome) -> Void
    ) {
        let waitOrAnswer: @Sendable (SlicedMessageSearch.Outcome) -> Void = { outcome in
            if waitMs == 0 || outcome.isSatisfied { return answer(outcome) }
            let wait = host.driver.awaitMore(
                after: outcome, timeout: .milliseconds(waitMs), completion: answer)
            call.reply.onDisconnect { wait.cancel() }
        }
        if search.comparesNames {
            call.api.dependencies.slices.finish(search, for: call, completion: waitOrAnswer)
        } else {
            waitOrAnswer(search.finish())
        }
    }

    private static func stream(_ call: Call, _ encoding: StreamFormat) throws(Problem) {
        let (query, start, limit, format, wantsUpdates) = try call.parameters { parameters in
            let query = filters(&parameters)
            let start = streamStart(of: call, &parameters)
            let limit = parameters.integer("limit", in: 1...1000)
            let format = MessageFormat(encoding: encoding, view: parameters.view())
            let wantsUpdates = parameters.bool("updates") ?? false
            for name in ["delivery", "acknowledged", "waitMs"] where parameters.string(name) != nil {
                parameters.fault(
                    name, "is for pages and counts: a stream reports each message once, when it is created")
            }
            return (query, start, limit, format, wantsUpdates)
        }
        let host = try call.host()
        let feed = MessageStreamState(
            query, from: start, limit: limit, updatesAfter: wantsUpdates ? host.driver.endCount : nil, format: format,
            texts: host.streamTexts)
        try call.send(feed, of: host, as: encoding.mediaType)
    }

    /// Where a stream starts.
    static func streamStart(of call: Call, _ parameters: inout ParameterReader) -> StreamStart {
        let after = parameters.number("after", as: UInt64.self)
        // A browser that reconnects requests the same URL again, so that its Last-Event-ID must override `after`.
        return lastEventId(of: call, &parameters).map { .resume(lastEventId: $0) } ?? after.map { .after($0) }
            ?? .oldest
    }

    /// The filters of pages and counts: those of streams, and the outcome.
    private static func outcomeFilters(_ parameters: inout ParameterReader) -> MessageQuery {
        var query = filters(&parameters)
        query.after = parameters.number("after", as: UInt64.self) ?? 0
        query.delivery = parameters.choice("delivery", of: MessageRecord.Delivery.self)
        query.acknowledged = parameters.bool("acknowledged")
        return query
    }

    /// The filters common to pages, counts and streams.
    private static func filters(_ parameters: inout ParameterReader) -> MessageQuery {
        var query = MessageQuery()
        query.kind = parameters.choice("kind", of: EngineMessage.Kind.self)
        query.processId = parameters.number("processId", as: UInt32.self)
        if let name = parameters.string("operation") {
            query.operation = EngineMessage.Operation(name: name)
            if query.operation == nil {
                parameters.fault("operation", EngineMessage.Operation.faultOfName(name, isHinted: true))
            }
        }
        query.routine = parameters.routine()
        query.imageFileName = parameters.string("imageFileName", maxLength: 1024).map(ImageNamePattern.init)
        query.since = parameters.time("since")
        query.until = parameters.time("until")
        return query
    }

    /// The sequence of the last message that the reader received, from its header.
    static func lastEventId(of call: Call, _ parameters: inout ParameterReader) -> UInt64? {
        guard let text = call.context.head.headers["Last-Event-ID"], !text.isEmpty else { return nil }
        if let sequence = UInt64(text), text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) { return sequence }
        parameters.fault("Last-Event-ID", "must be the id of an event, a number, not \(text.quoted())")
        return nil
    }

    private static func get(_ call: Call) throws(Problem) {
        let (host, record) = try message(of: call)
        switch call.context.representation {
        case .octetStream: call.reply.send(.octetStream, record.message.bytes)
        default: call.reply.send { record.write(to: &$0, host: host.name) }
        }
    }

    private static func dissection(_ call: Call) throws(Problem) {
        let dissection = Dissection(try message(of: call).record.message.bytes)
        call.reply.send { dissection.write(to: &$0) }
    }

    /// The host and the message that the path names.
    private static func message(of call: Call) throws(Problem) -> (host: Host, record: MessageRecord) {
        let sequence = try call.parameters { $0.pathNumber("sequence", as: UInt64.self) }
        let host = try call.host()
        guard let record = host.driver.message(sequence) else {
            throw Problem(
                .unknownMessage,
                "The journal does not contain message \(sequence). GET /v1/hosts/\(host.name)/messages lists those it has."
            )
        }
        return (host, record)
    }
}

extension Call {
    fileprivate func send(_ count: MessageCount) {
        reply.sendObject { json in
            json.member("count", count.count)
            json.member("oldest", count.oldest)
            json.member("newest", count.newest)
        }
    }

    /// Answers with a live stream, if there may be one more.
    func send(_ feed: some StreamFeed, of host: Host, as type: MediaType) throws(Problem) {
        guard let slot = api.streamSlots.acquire() else {
            throw Problem(
                .limitReached,
                "The limit of \(api.streamSlots.limit) live streams is reached. Close one, or raise messages.streamLimit."
            )
        }
        reply.send(
            type, stream: LiveStream(feed, of: host, heartbeat: api.streamHeartbeat, in: slot, for: context))
    }

    fileprivate func send(_ page: MessagePage, _ view: MessageView, of host: String) {
        sendPage(
            page.items,
            next: { last, _, isCut in
                if isCut, let last { return String(last.message.sequence) }
                return page.hasMore ? String(page.end) : nil
            },
            more: { json in
                json.member("oldest", page.oldest)
                json.member("newest", page.newest)
            }
        ) { json, record in
            record.write(to: &json, view, host: host)
        }
    }
}

extension ParameterReader {
    /// Reads `routine`, the driver's name of one.
    mutating func routine() -> DriverRoutine? {
        guard let name = string("routine") else { return nil }
        if let routine = DriverRoutine.allCases.first(where: { $0.name == name }) { return routine }
        let names = DriverRoutine.allCases.map(\.name)
        fault("routine", "\(name.quoted()) is not a routine" + names.hintOrList(for: name))
        return nil
    }

    /// Reads `view`: how much each message says.
    fileprivate mutating func view() -> MessageView { choice("view", of: MessageView.self) ?? .full }
}
