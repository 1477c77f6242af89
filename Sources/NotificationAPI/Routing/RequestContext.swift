import Bytes
import Driver
import MicroHTTPD

/// A request without its body: the operation, the host, the parameters.
///
/// A class, because everything that handles the request refers to it.
final class RequestContext: Sendable {
    let api: NotificationAPI
    let route: Route
    let head: RequestHead
    /// The parameters of the path, in the order of the template.
    let pathParameters: PathParameters
    let requestId: String
    /// When its headers were complete.
    let start = Monotonic.now()
    /// The result of checking the token; nil for operations without a required role.
    private let admission: AccessControl.Admission?
    /// The host that the path names, if it exists; in use from the head of the request to its answer.
    private let usedHost: Host?
    /// The route's media type that the client prefers; nil if it accepts none.
    let representation: MediaType?

    init(
        api: NotificationAPI, route: Route, head: RequestHead, pathParameters: PathParameters, requestId: String,
        admission: AccessControl.Admission?, usedHost: Host?
    ) {
        self.api = api
        self.route = route
        self.head = head
        self.pathParameters = pathParameters
        self.requestId = requestId
        self.admission = admission
        self.usedHost = usedHost
        representation = MediaType.preferred(among: route.produces, by: head.headers.all("Accept"))
    }

    deinit { usedHost?.endUse() }

    /// The host that the path names.
    func host() throws(Problem) -> Host {
        guard let usedHost else { throw Problem.unknownHost(pathParameters.first ?? "") }
        return usedHost
    }

    /// Reserves memory for an answer of `count` bytes; nil if it does not fit, except for changes.
    func reserveMemory(_ count: Int) -> AnswerMemory.Reservation? {
        route.isChange ? api.answerMemory.reserveOverLimit(count) : api.answerMemory.reserve(count)
    }

    /// Whether the request would still be admitted; for live streams.
    var isStillAdmitted: Bool { admission.map(api.access.isStillValid) ?? true }

    /// The client that was admitted by its token; nil if no token was required.
    var client: TokenTable.Caller? { admission?.caller }

    /// The role of the client. Without tokens every client has all rights.
    var role: Role { client?.role ?? .admin }

    /// Whether the client has the role `admin`.
    var isFromAdmin: Bool { role == .admin }

    /// The name of the client's token, for the log; nil if no token was required.
    var caller: String? { client?.name }

    /// Reads path and query, and throws all their faults together. If the path starts with a host's name, it is read first
    /// and checked.
    func parameters<Values>(_ read: (inout ParameterReader) -> Values) throws(Problem) -> Values {
        let (values, faults) = readParameters(read)
        if !faults.isEmpty { throw Problem(faults: faults) }
        return values
    }

    /// Reads path and query, and collects all their faults.
    func readParameters<Values>(
        _ read: (inout ParameterReader) -> Values
    ) -> (values: Values, faults: [Problem.Fault]) {
        var reader = ParameterReader(self)
        let values = readAll(&reader, read)
        if reader.hasReadAll { return (values, reader.faults) }
        // Rarely needed, so the names that are known are listed by reading again.
        reader = ParameterReader(self, listsNames: true)
        _ = readAll(&reader, read)
        reader.faultUnread()
        return (values, reader.faults)
    }

    private func readAll<Values>(_ reader: inout ParameterReader, _ read: (inout ParameterReader) -> Values) -> Values {
        if route.namesHost {
            let name = reader.pathText()
            if usedHost == nil, !Host.isName(name) { reader.fault("host", Host.faultOfName(name)) }
        }
        return read(&reader)
    }

    /// The path of a resource that a request to the path of its list has created.
    func location(ofItem id: UInt32) -> String {
        head.target.withPath { path in
            String(unsafeUninitializedCapacity: path.count + 11) { text in
                _ = text.update(fromContentsOf: path)
                text[path.count] = UInt8(ascii: "/")
                return path.count + 1 + id.writeDecimal(to: text.extracting((path.count + 1)...))
            }
        }
    }

    /// The reply to this request by `responder`.
    func reply(to responder: Responder) -> Reply { Reply(responder, to: self) }

    /// The tag of the calls that the request makes of drivers.
    var callerTag: CallerTag { CallerTag(requestId) }

    /// The header of answers that identifies this request.
    var identification: (name: String, value: String) { RequestContext.identification(requestId) }

    /// The header of answers that identifies the request `requestId`.
    static func identification(_ requestId: String) -> (name: String, value: String) {
        (name: "X-Request-Id", value: requestId)
    }

    /// Performs the operation with its complete body, and answers with the problem that it throws. Does nothing for uploads,
    /// whose `BodyConsumer` answers.
    func perform(body: [UInt8], _ responder: Responder) {
        guard let handler = route.handler else { return }
        let call = Call(context: self, bodyBytes: body, reply: reply(to: responder))
        do throws(Problem) { try handler(call) } catch { call.reply.send(error) }
    }
}
