import JSON
import MicroHTTPD
import Synchronization

/// The answer to one request, given once; counts it, logs it and says whose it is.
final class Reply: Sendable {
    private let responder: Responder
    private let context: RequestContext
    private let isSent = Atomic(false)

    init(_ responder: Responder, to context: RequestContext) {
        self.responder = responder
        self.context = context
    }

    /// Answers with a JSON value.
    func send(_ status: Int = 200, location: String? = nil, _ write: (inout JSONWriter) -> Void) {
        var json = JSONWriter(reserving: 1024)
        write(&json)
        var headers = [(name: "Content-Type", value: MediaType.json.rawValue)]
        if let location { headers.append((name: "Location", value: location)) }
        send(Response(status: status, headers: headers, body: json.bytes))
    }

    /// Answers with a text of some other type.
    func send(_ type: MediaType, _ body: [UInt8]) {
        send(Response(status: 200, headers: [(name: "Content-Type", value: type.rawValue)], body: body))
    }

    func send(_ problem: Problem) { send(problem.response(instance: context.head.target.path)) }

    func send(_ response: Response) {
        guard !isSent.exchange(true, ordering: .relaxed) else { return }
        responder.respond(context.api.finished(response, to: context.head, context.requestId, context.route.metrics))
    }
}
