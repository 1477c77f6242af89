import JSON
import Logging
import MicroHTTPD
import Synchronization

/// The answer to one request, given once; counts it, logs it and says whose it is.
final class Reply: Sendable {
    private let responder: Responder
    private let head: RequestHead
    private let metrics: RouteMetrics
    private let logger: Logger
    private let requestId: String
    private let host: Host?
    private let isSent = Atomic(false)

    init(
        _ responder: Responder, to head: RequestHead, metrics: RouteMetrics, logger: Logger, requestId: String,
        host: Host?
    ) {
        self.responder = responder
        self.head = head
        self.metrics = metrics
        self.logger = logger
        self.requestId = requestId
        self.host = host
        host?.beginUse()
    }

    deinit {
        host?.endUse()
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

    func send(_ problem: Problem) { send(problem.response(instance: head.target.path)) }

    func send(_ response: Response) {
        guard !isSent.exchange(true, ordering: .relaxed) else { return }
        responder.respond(Reply.finished(response, to: head, metrics: metrics, logger: logger, requestId: requestId))
    }

    /// The answer as it goes out: counted, logged, with the request's id.
    static func finished(
        _ response: Response, to head: RequestHead, metrics: RouteMetrics, logger: Logger, requestId: String
    ) -> Response {
        metrics.count(status: response.status)
        logger.debug(
            "request",
            metadata: [
                "id": .string(requestId), "method": .string(head.method.rawValue), "path": .string(head.target.path),
                "status": .stringConvertible(response.status), "remote": .string(head.remoteAddress),
            ])
        var response = response
        response.headers.append((name: "X-Request-Id", value: requestId))
        return response
    }
}
