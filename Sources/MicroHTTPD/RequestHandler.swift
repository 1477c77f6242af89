/// What a daemon asks about each request.
///
/// Its methods are called for many requests at once and must not wait: a pool thread serves hundreds of connections.
public protocol RequestHandler: Sendable {
    /// Decides, when the headers are there and nothing of the body is read yet, what becomes of a request. On a pool
    /// thread.
    func begin(_ head: RequestHead) -> RequestPlan

    /// The answer for a request that is refused before `begin`, because no slot is free or because the daemon stops. On
    /// a pool thread or the one that stops the daemon. `head` is nil when it is malformed or no longer at hand.
    func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response

    /// Whether `head` asks how the daemon is, which is answered at once, and also when all slots are in use. On a pool
    /// thread.
    func isProbe(_ head: RequestHead) -> Bool

    /// The answer for a request whose `Responder` was released without an answer, or whose answer cannot be sent.
    /// On a pool thread or the one that released it.
    func failure() -> Response
}

extension RequestHandler {
    /// Nothing is a probe.
    public func isProbe(_ head: RequestHead) -> Bool { false }

    /// A bare 500.
    public func failure() -> Response {
        Response(status: 500)
    }
}

/// What becomes of a request.
///
/// With libmicrohttpd 0.9.75 the connection is closed after the answer to a chunked body in any case.
public enum RequestPlan {
    /// Answers without looking at the body.
    ///
    /// The connection stays open when there is no body, or one of at most 64 KiB by its `Content-Length` that the
    /// client sends without waiting for `100 Continue`; it is read and discarded first. Otherwise the answer is sent at
    /// once, and the connection closed.
    case reject(Response)

    /// Reads the whole body, `limit` bytes at most, then calls `handle` on a pool thread.
    ///
    /// A longer body by its `Content-Length` gets `tooLarge` at once, and the connection is closed. A chunked one is
    /// read and discarded up to four times the limit (1 MiB at least) and gets it then; beyond that the connection is
    /// cut.
    case collect(
        limit: Int, tooLarge: @Sendable () -> Response, handle: @Sendable (Request, Responder) -> Void)

    /// Hands the body over as it comes in, whatever its length.
    case stream(any BodyConsumer)
}
