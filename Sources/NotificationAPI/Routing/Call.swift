import Driver
import JSON
import MicroHTTPD

/// What is known of a request before its body: which operation, on which host, with which parameters.
///
/// A class, since all that happens to a request refers to it.
final class RequestContext: Sendable {
    let api: NotificationAPI
    let route: Route
    let head: RequestHead
    let parameters: [String]
    let requestId: String
    /// As whose the request was let in; nil where nobody is asked.
    private let admission: AccessControl.Admission?
    /// The host that the path names, when there is one; in use from the head of the request to its answer.
    let use: HostUse?
    /// What of that which the route gives the client likes best; nil when it takes nothing of it.
    let representation: MediaType?

    init(
        api: NotificationAPI, route: Route, head: RequestHead, parameters: [String], requestId: String,
        admission: AccessControl.Admission?, use: HostUse?
    ) {
        self.api = api
        self.route = route
        self.head = head
        self.parameters = parameters
        self.requestId = requestId
        self.admission = admission
        self.use = use
        representation = MediaType.preferred(among: route.produces, by: head.headers.all("Accept"))
    }

    /// The host that the path names.
    func host() throws(Problem) -> Host {
        guard let use else {
            throw Problem(.unknownHost, "There is no host \(parameters.first ?? "").")
        }
        return use.host
    }

    /// Memory for an answer of `count` bytes; nil when there is none, and nothing was done yet.
    func takeMemory(_ count: Int) -> AnswerMemory.Hold? {
        route.isChange ? api.answerMemory.takeAnyway(count) : api.answerMemory.take(count)
    }

    /// Whether the request would be let in still, for those that go on for long.
    var isStillAdmitted: Bool { admission.map(api.access.stillHolds) ?? true }

    /// Whether an administrator asks; without tokens everybody is one.
    var isFromAdmin: Bool { admission?.caller.map { $0.role == .admin } ?? true }

    /// Who asks, as the log calls them; nil when nobody was asked.
    var caller: String? { admission?.caller?.name }

    /// Reads path and query; all their faults are reported together. The host's name, where the path has one, is read
    /// first and checked.
    func read<Values>(_ values: (inout ParameterReader) -> Values) throws(Problem) -> Values {
        var reader = parameterReader
        let result = values(&reader)
        reader.finish()
        if !reader.faults.isEmpty { throw Problem(faults: reader.faults) }
        return result
    }

    /// The way to answer.
    func reply(to responder: Responder) -> Reply { Reply(responder, to: self) }

    /// The header that tells which request an answer belongs to.
    var identification: (name: String, value: String) { RequestContext.identification(requestId) }

    /// The header that tells that an answer belongs to the request `requestId`.
    static func identification(_ requestId: String) -> (name: String, value: String) {
        (name: "X-Request-Id", value: requestId)
    }

    /// Has the operation done, unless it takes its body as it comes; what it refuses becomes the answer.
    func perform(body: [UInt8], _ responder: Responder) {
        guard let action = route.answering else { return }
        let call = Call(context: self, body: body, reply: reply(to: responder))
        call.perform { () throws(Problem) in try action(call) }
    }

    fileprivate var parameterReader: ParameterReader {
        var reader = ParameterReader(path: parameters, query: head.target.query)
        if route.namesHost, !Host.isName(reader.text()) {
            reader.fault("host", "must match [a-z0-9][a-z0-9-]{0,62}")
        }
        return reader
    }
}

/// One request, with its body and the way to answer it.
struct Call: Sendable {
    let context: RequestContext
    let body: [UInt8]
    let reply: Reply

    var api: NotificationAPI { context.api }
    var parameters: [String] { context.parameters }

    /// The host that the path names.
    func host() throws(Problem) -> Host { try context.host() }

    /// Does what answers the call; what that refuses becomes the answer.
    func perform(_ body: () throws(Problem) -> Void) {
        do throws(Problem) { try body() } catch { reply.send(error) }
    }

    /// Reads path and query; see `RequestContext`.
    func read<Values>(_ values: (inout ParameterReader) -> Values) throws(Problem) -> Values {
        try context.read(values)
    }

    /// Reads path, query and a body that is an object with `members`; all faults are reported together.
    func read<Values, Content>(
        _ members: [StaticString], _ parameters: (inout ParameterReader) -> Values,
        _ content: (Values, JSONObject) -> Content?
    ) throws(Problem) -> (Values, Content) {
        try readValue(parameters) { values, value in value.object(allowing: members).flatMap { content(values, $0) } }
    }

    /// Reads path, query and a body; all faults are reported together.
    func readValue<Values, Content>(
        _ parameters: (inout ParameterReader) -> Values, _ content: (Values, JSONValue) -> Content?
    ) throws(Problem) -> (Values, Content) {
        var reader = context.parameterReader
        let values = parameters(&reader)
        reader.finish()
        let bytes = isBodyless ? Array("{}".utf8) : body
        let result: Content?
        var faults = reader.faults
        do throws(JSONFaults) {
            result = try JSONDocument.read(bytes) { content(values, $0) }
        } catch {
            result = nil
            faults += error.faults.map { .body(pointer: $0.pointer, detail: $0.detail) }
        }
        guard let result, faults.isEmpty else { throw Problem(faults: faults) }
        return (values, result)
    }

    /// No body and no Content-Type counts as `{}`.
    private var isBodyless: Bool { body.isEmpty && context.head.headers["Content-Type"] == nil }
}
