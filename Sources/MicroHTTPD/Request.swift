/// The versions of HTTP that are spoken.
public enum HTTPVersion: Sendable {
    /// HTTP/1.0.
    case http10
    /// HTTP/1.1.
    case http11
}

/// A request as far as it is known before its body.
///
/// A class: it is handed on several times, and copies of its parts would cost more than it does.
public final class RequestHead: Sendable {
    /// The method, any token.
    public let method: Method
    /// The target, decoded from its raw form.
    public let target: RequestTarget
    /// The client's version.
    public let version: HTTPVersion
    /// The headers.
    public let headers: HeaderFields
    /// The body's length in bytes when it was declared; absent without a body or with a chunked one.
    public let contentLength: UInt64?
    /// Whether a body follows: a declared length above 0, or a chunked one.
    public let hasBody: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    public let expectsContinue: Bool
    /// The client's IP address, without its port; `local` for one of a unix domain socket.
    public let remoteAddress: String

    /// Whether the client came by a unix domain socket.
    public var isLocal: Bool { remoteAddress == "local" }

    /// The head of a request that carries `contentLength` bytes or, chunked, an unknown number.
    package init(
        method: Method, target: RequestTarget, version: HTTPVersion = .http11, headers: HeaderFields = HeaderFields(),
        contentLength: UInt64? = nil, isChunked: Bool = false, expectsContinue: Bool = false,
        remoteAddress: String = "127.0.0.1"
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.contentLength = contentLength
        self.hasBody = isChunked || (contentLength ?? 0) > 0
        self.expectsContinue = expectsContinue
        self.remoteAddress = remoteAddress
    }
}

/// A request with its whole body.
public struct Request: Sendable {
    /// What came before the body.
    public let head: RequestHead
    /// The body, without its transfer coding.
    public let body: [UInt8]

    /// The given request.
    package init(head: RequestHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }
}
