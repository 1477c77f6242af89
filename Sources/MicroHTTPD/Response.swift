/// An answer to a request.
public struct Response: Sendable {
    /// What an answer carries.
    public enum Body: Sendable {
        /// These bytes, with a `Content-Length`.
        case bytes([UInt8])
        /// These bytes, of which nothing is copied, with a `Content-Length`.
        case constant(ConstantBytes)
        /// What the producer gives, piece by piece: chunked, or up to the end of the connection for HTTP/1.0.
        case stream(any BodyProducer)
    }

    /// The status, 200...599.
    public var status: Int
    /// Headers in order, none with an empty value. `Date`, `Content-Length`, `Transfer-Encoding` and `Connection` are
    /// the server's own business.
    public var headers: [(name: String, value: String)]
    /// The body; a `HEAD` request gets its length without it.
    public var body: Body
    /// Whether the connection is closed after this answer.
    public var closesConnection = false
    /// Released, on any thread, when the body's bytes are no longer needed: the client has read them, or the connection is
    /// over. Only for `bytes`.
    public var retained: (any AnyObject & Sendable)?

    /// An answer of bytes that are already there.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = .bytes(body)
    }

    /// An answer of bytes that never change.
    public init(status: Int, headers: [(name: String, value: String)] = [], constant: ConstantBytes) {
        self.status = status
        self.headers = headers
        self.body = .constant(constant)
    }

    /// An answer that is made while it is being sent.
    public init(status: Int, headers: [(name: String, value: String)] = [], stream: any BodyProducer) {
        self.status = status
        self.headers = headers
        self.body = .stream(stream)
    }
}
