import JSON
import MicroHTTPD

/// The reply to one request, sent once. It is counted and logged, and has the request's id.
struct Reply: Sendable {
    private let responder: Responder
    private let context: RequestContext

    init(_ responder: Responder, to context: RequestContext) {
        self.responder = responder
        self.context = context
    }

    /// Runs `action` once if the client disconnects before the answer is given, at once if it already has; `action` must not
    /// block.
    func onDisconnect(_ action: @escaping @Sendable () -> Void) { responder.onDisconnect(action) }

    /// Answers with a JSON value.
    func send(_ status: Int = 200, location: String? = nil, _ write: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        write(&json)
        json.newline()
        send(status, .json, json.bytes, location: location)
    }

    /// Answers with a JSON object.
    func sendObject(_ status: Int = 200, location: String? = nil, _ members: (inout JSONWriter) -> Void) {
        send(status, location: location) { $0.object(members) }
    }

    /// Answers with a JSON value of about `capacity` bytes, whose memory `reservation` holds.
    func send(
        reservation: AnswerMemory.Reservation?, capacity: Int, _ write: (inout JSONWriter) -> Void
    ) {
        var json = JSONWriter(reserving: capacity)
        write(&json)
        json.newline()
        var response = Response(
            status: 200, headers: AnswerHeaders.list(.json, context.identification), body: json.bytes)
        response.retained = reservation
        send(response)
    }

    /// Answers with a body of any type.
    func send(_ type: MediaType, _ body: [UInt8]) { send(200, type, body, location: nil) }

    /// Answers with a body that is produced while it is sent.
    func send(_ type: MediaType, stream: any BodyProducer) {
        let headers = AnswerHeaders.list(
            type, context.identification, (name: "Cache-Control", value: "no-store"))
        send(Response(status: 200, headers: headers, stream: stream))
    }

    /// Answers with constant bytes.
    func send(_ type: MediaType, constant: ConstantBytes) {
        send(Response(status: 200, headers: AnswerHeaders.list(type, context.identification), constant: constant))
    }

    /// Answers with a body that the client may keep, as long as it asks each time whether that is still the current one; 304 if
    /// it is.
    func send(_ type: MediaType, _ body: [UInt8], tag: EntityTag) { send(type, .bytes(body), tag) }

    /// Answers with constant bytes that the client may keep, as long as it asks each time whether they are still the current
    /// ones; 304 if they are.
    func send(_ type: MediaType, constant: ConstantBytes, tag: EntityTag) { send(type, .constant(constant), tag) }

    private func send(_ type: MediaType, _ body: Response.Body, _ tag: EntityTag) {
        let isKept = tag.isMatched(by: context.head.headers.all("If-None-Match"))
        let headers =
            AnswerHeaders.list(isKept ? nil : type, context.identification)
            + [(name: "ETag", value: tag.value), (name: "Cache-Control", value: "no-cache")]
            + PageHeaders.list(for: context.head.target.path)
        var response = Response(status: isKept ? 304 : 200, headers: headers)
        if !isKept { response.body = body }
        send(response)
    }

    /// Answers 204, without a body.
    func sendNoContent() {
        send(Response(status: 204, headers: AnswerHeaders.list(nil, context.identification)))
    }

    func send(_ problem: Problem) {
        send(problem.response(instance: context.head.target.path, context.identification))
    }

    private func send(_ status: Int, _ type: MediaType, _ body: [UInt8], location: String?) {
        let headers = AnswerHeaders.list(
            type, context.identification, location.map { (name: "Location", value: $0) })
        send(Response(status: status, headers: headers, body: body))
    }

    private func send(_ response: Response) {
        var response = response
        if case .bytes(let bytes) = response.body, bytes.count > AnswerMemory.uncounted, response.retained == nil {
            response.retained = context.reserveMemory(bytes.count)
            if response.retained == nil { return send(.unreadAnswers) }
        }
        if responder.respond(response) {
            context.api.recordAnswer(
                response.status, context.head, context.requestId, context.route.metrics, from: context.start,
                caller: context.caller)
        }
    }
}
