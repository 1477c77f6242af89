import MicroHTTPD

/// A request as sent by a client, for a `MemoryConnection`; nothing in it has been checked.
public struct RawRequest: Sendable {
    /// The method.
    public var method: String
    /// The target.
    public var target: String
    /// The version, such as `HTTP/1.1`.
    public var version: String
    /// The headers in order, repeats included.
    public var headers: [(name: String, value: String)]
    /// The body, without a transfer coding.
    public var body: [UInt8]

    /// A request with the given parts.
    public init(
        method: String, target: String, version: String = "HTTP/1.1",
        headers: [(name: String, value: String)] = [(name: "Host", value: "localhost")], body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.body = body
    }

    /// Passes the gate.
    ///
    /// - Throws: The reason why a daemon refuses it.
    func head() throws(RequestViolation) -> RequestHead {
        let headers = HeaderFields(headers)
        let method = try RequestGate.method(method.utf8.span)
        let version = try RequestGate.version(version.utf8.span)
        let framing = try RequestGate.framing(headers, version)
        return RequestHead(
            method: method, target: try RequestTarget(target), version: version, headers: headers,
            contentLength: framing.contentLength, isChunked: framing.isChunked,
            expectsContinue: framing.expectsContinue)
    }
}
