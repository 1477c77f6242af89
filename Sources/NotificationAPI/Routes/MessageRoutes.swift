import Driver
import JSON
import Messages
import MicroHTTPD

/// The journal.
enum MessageRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts/{host}/messages", "listMessages", list),
        .get("/v1/hosts/{host}/messages/{sequence}", "getMessage", get),
    ]

    private static let operations = SyncOperation.allCases.map(\.name) + AsyncOperation.allCases.map(\.name)

    private static func list(_ call: Call) throws(Problem) {
        let (query, limit, waitMs) = try call.read { parameters in
            var query = MessageQuery()
            query.after = parameters.number(optional: "after", as: UInt64.self) ?? 0
            query.kind = parameters.choice("kind", of: EngineMessage.Kind.self)
            query.delivery = parameters.choice("delivery", of: MessageRecord.Delivery.self)
            query.processId = parameters.number(optional: "processId", as: UInt32.self)
            query.operation = parameters.string("operation")
            if let operation = query.operation, !operations.contains(operation) {
                parameters.fault("operation", "is not the name of an operation")
            }
            return (query, parameters.limit(), parameters.integer("waitMs", in: 0...60_000) ?? 0)
        }
        let host = try call.host()
        let answer: @Sendable (MessagePage) -> Void = { page in
            call.reply.send { page.write(to: &$0, host: host.name) }
        }
        if waitMs == 0 { return answer(host.driver.messages(query, limit: limit)) }
        host.driver.awaitMessages(query, limit: limit, timeout: .milliseconds(waitMs), completion: answer)
    }

    private static func get(_ call: Call) throws(Problem) {
        let sequence: UInt64 = try call.read { $0.number("sequence") }
        let host = try call.host()
        guard let record = host.driver.message(sequence) else {
            throw Problem(.unknownMessage, "The journal does not hold message \(sequence).")
        }
        call.reply.send { record.write(to: &$0, host: host.name) }
    }
}

extension MessagePage {
    fileprivate func write(to json: inout JSONWriter, host: String) {
        json.object { json in
            json.member("items", each: items) { json, record in record.write(to: &json, host: host) }
            if hasMore, let last = items.last { json.member("next", String(last.message.sequence)) }
            json.member("oldest", oldest)
            json.member("newest", newest)
        }
    }
}
