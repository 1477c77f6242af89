/// An answer to a request.
public struct Response: Sendable {
    /// The body of an answer.
    public enum Body: Sendable {
        /// The given bytes, with a `Content-Length`.
        case bytes([UInt8])
        /// The given bytes, not copied, with a `Content-Length`.
        case constant(ConstantBytes)
        /// The bytes of a producer: chunked, or up to the end of the connection for HTTP/1.0.
        case stream(any BodyProducer)
    }

    /// The status, 200...599.
    public var status: Int
    /// Headers in order, without empty values. The server sets `Date`, `Content-Length`, `Transfer-Encoding` and
    /// `Connection` itself.
    public var headers: [(name: String, value: String)]
    /// The body; the answer to a `HEAD` request has its length only.
    public var body: Body
    /// Whether to close the connection after this answer.
    public var closesConnection = false
    /// An object that is released, on any thread, when the body's bytes are no longer needed: the client has read them, or
    /// the connection has ended. For `bytes` only.
    public var retained: (any AnyObject & Sendable)?

    /// Creates an answer with a complete body.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = .bytes(body)
    }

    /// Creates an answer with a constant body.
    public init(status: Int, headers: [(name: String, value: String)] = [], constant: ConstantBytes) {
        self.status = status
        self.headers = headers
        self.body = .constant(constant)
    }

    /// Creates an answer with a streamed body.
    public init(status: Int, headers: [(name: String, value: String)] = [], stream: any BodyProducer) {
        self.status = status
        self.headers = headers
        self.body = .stream(stream)
    }
}
