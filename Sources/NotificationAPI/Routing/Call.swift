import Driver
import JSON
import MicroHTTPD

/// The body of a request that has no members.
struct NoMembers: JSONObjectReadable {
    static let members: [StaticString] = []

    init(_ object: JSONObject) {}
}

/// One request with its complete body, and the reply to it.
struct Call: Sendable {
    let context: RequestContext
    let bodyBytes: [UInt8]
    let reply: Reply

    var api: NotificationAPI { context.api }

    /// The tag of the calls that the request makes of drivers.
    var callerTag: CallerTag { context.callerTag }

    /// The host that the path names.
    func host() throws(Problem) -> Host { try context.host() }

    // MARK: Reading

    /// Checks that the request has no parameters except the host's name.
    func expectNoParameters() throws(Problem) { try parameters { _ in } }

    /// Reads path and query, and throws all their faults together. If the path starts with a host's name, it is read first
    /// and checked.
    func parameters<Values>(_ read: (inout ParameterReader) -> Values) throws(Problem) -> Values {
        try context.parameters(read)
    }

    /// Reads the body of a request without parameters except the host's name, and throws all faults together.
    func body<Body: JSONReadable>(_ type: Body.Type = Body.self) throws(Problem) -> Body {
        try body(type) { _ in }.0
    }

    /// Reads the body, path and query, and throws all faults together, those of path and query first.
    func body<Body: JSONReadable, Values>(
        _ type: Body.Type, parameters: (inout ParameterReader) -> Values
    ) throws(Problem) -> (Body, Values) {
        var (values, faults) = context.readParameters(parameters)
        do throws(JSONFaults) {
            let bytes = isBodyless ? Array("{}".utf8) : bodyBytes
            let body = try JSONDocument.read(bytes, onDeprecated: api.deprecations.recordUse) { Body($0) }
            if faults.isEmpty { return (body, values) }
        } catch {
            faults += error.faults.map { .body(pointer: $0.pointer, detail: $0.detail) }
        }
        throw Problem(faults: faults)
    }

    /// Whether the request has no body, which counts as `{}`. Many clients send a Content-Type even then.
    private var isBodyless: Bool { bodyBytes.isEmpty }
}
