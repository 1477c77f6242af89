/// The supported versions of HTTP.
public enum HTTPVersion: Sendable {
    /// HTTP/1.0.
    case http10
    /// HTTP/1.1.
    case http11
}

/// A request without its body.
///
/// A class, because it is passed on several times, and copying its parts would cost more.
public final class RequestHead: Sendable {
    /// Method, any token.
    public let method: Method
    /// Target, with decoded path and query.
    public let target: RequestTarget
    /// HTTP version of the client.
    public let version: HTTPVersion
    /// The headers.
    public let headers: HeaderFields
    /// The declared length of the body in bytes; nil without a body or with a chunked one.
    public let contentLength: UInt64?
    /// Whether a body follows: its declared length is above 0, or it is chunked.
    public let hasBody: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    public let expectsContinue: Bool
    /// The client's IP address without its port; `local` on a unix domain socket.
    public let remoteAddress: String

    /// Whether the client is connected through a unix domain socket.
    public var isLocal: Bool { remoteAddress == "local" }

    /// Creates the head of a request with a body of `contentLength` bytes, or of unknown length if `isChunked`.
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
    /// Request line and headers.
    public let head: RequestHead
    /// The body, without its transfer coding.
    public let body: [UInt8]

    /// Creates a request.
    package init(head: RequestHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }
}
