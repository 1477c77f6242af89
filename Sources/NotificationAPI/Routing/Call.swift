import JSON
import MicroHTTPD

/// One request, with its body and the way to answer it.
struct Call: Sendable {
    let context: RequestContext
    let bodyBytes: [UInt8]
    let reply: Reply

    var api: NotificationAPI { context.api }

    /// The host that the path names.
    func host() throws(Problem) -> Host { try context.host() }

    // MARK: Reading

    /// Checks a request that has no parameters besides its host's name.
    func expectNoParameters() throws(Problem) { try parameters { _ in } }

    /// Reads path and query; all their faults are reported together. The host's name, where the path has one, is read
    /// first and checked.
    func parameters<Values>(_ read: (inout ParameterReader) -> Values) throws(Problem) -> Values {
        try context.parameters(read)
    }

    /// Reads the body of a request that has no parameters besides its host's name; all faults are reported together.
    func body<Body: JSONReadable>(_ type: Body.Type = Body.self) throws(Problem) -> Body {
        try body(type) { _ in }.0
    }

    /// Reads the body, path and query; all faults are reported together, first those of path and query.
    func body<Body: JSONReadable, Values>(
        _ type: Body.Type, parameters: (inout ParameterReader) -> Values
    ) throws(Problem) -> (Body, Values) {
        var (values, faults) = context.readParameters(parameters)
        do throws(JSONFaults) {
            let body = try JSONDocument.read(isBodyless ? Array("{}".utf8) : bodyBytes) { Body($0) }
            if faults.isEmpty { return (body, values) }
        } catch {
            faults += error.faults.map { .body(pointer: $0.pointer, detail: $0.detail) }
        }
        throw Problem(faults: faults)
    }

    /// No body and no Content-Type counts as `{}`.
    private var isBodyless: Bool { bodyBytes.isEmpty && context.head.headers["Content-Type"] == nil }
}
