import MicroHTTPD

/// What is known of a request before its body: which operation, on which host, with which parameters.
///
/// A class, since all that happens to a request refers to it.
final class RequestContext: Sendable {
    let api: NotificationAPI
    let route: Route
    let head: RequestHead
    /// The parameters of the path, in the order of the template.
    let pathParameters: [String]
    let requestId: String
    /// As whose the request was let in; nil where nobody is asked.
    private let admission: AccessControl.Admission?
    /// The host that the path names, when there is one; in use from the head of the request to its answer.
    let use: HostUse?
    /// What of that which the route gives the client likes best; nil when it takes nothing of it.
    let representation: MediaType?

    init(
        api: NotificationAPI, route: Route, head: RequestHead, pathParameters: [String], requestId: String,
        admission: AccessControl.Admission?, use: HostUse?
    ) {
        self.api = api
        self.route = route
        self.head = head
        self.pathParameters = pathParameters
        self.requestId = requestId
        self.admission = admission
        self.use = use
        representation = MediaType.preferred(among: route.produces, by: head.headers.all("Accept"))
    }

    /// The host that the path names.
    func host() throws(Problem) -> Host {
        guard let use else {
            throw Problem(.unknownHost, "There is no host \(pathParameters.first ?? "").")
        }
        return use.host
    }

    /// Reserves memory for an answer of `count` bytes; nil when it does not fit and the request has changed nothing.
    func reserveMemory(_ count: Int) -> AnswerMemory.Reservation? {
        route.isChange ? api.answerMemory.reserveOverLimit(count) : api.answerMemory.reserve(count)
    }

    /// Whether the request would be let in still, for those that go on for long.
    var isStillAdmitted: Bool { admission.map(api.access.stillHolds) ?? true }

    /// Whether an administrator asks; without tokens everybody is one.
    var isFromAdmin: Bool { admission?.caller.map { $0.role == .admin } ?? true }

    /// Who asks, as the log calls them; nil when nobody was asked.
    var caller: String? { admission?.caller?.name }

    /// Reads path and query; all their faults are reported together. The host's name, where the path has one, is read
    /// first and checked.
    func parameters<Values>(_ read: (inout ParameterReader) -> Values) throws(Problem) -> Values {
        let (values, faults) = readParameters(read)
        if !faults.isEmpty { throw Problem(faults: faults) }
        return values
    }

    /// Reads path and query, and gathers all their faults.
    func readParameters<Values>(
        _ read: (inout ParameterReader) -> Values
    ) -> (values: Values, faults: [Problem.Fault]) {
        var reader = ParameterReader(path: pathParameters, query: head.target.query)
        if route.namesHost, !Host.isName(reader.pathText()) {
            reader.fault("host", "must match [a-z0-9][a-z0-9-]{0,62}")
        }
        let values = read(&reader)
        reader.finish()
        return (values, reader.faults)
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
        let call = Call(context: self, bodyBytes: body, reply: reply(to: responder))
        do throws(Problem) { try action(call) } catch { call.reply.send(error) }
    }
}
