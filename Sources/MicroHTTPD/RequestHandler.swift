/// Handles the requests of a daemon.
///
/// Its methods are called concurrently and must not block: a pool thread serves hundreds of connections.
public protocol RequestHandler: AnyObject, Sendable {
    /// Decides how to handle a request once its headers are complete and before its body is read. On a pool thread.
    func begin(_ head: RequestHead) -> RequestPlan

    /// The answer to a request that is refused before `begin`: it is malformed, no slot is free, or the daemon is stopping.
    /// On a pool thread or the thread that stops the daemon. `head` is nil if it is malformed or no longer available.
    func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response

    /// Whether `head` is a health probe, which is answered even when all slots are in use. On a pool thread.
    func isProbe(_ head: RequestHead) -> Bool

    /// The answer to a request whose `Responder` was released without an answer, or whose answer cannot be sent. On a pool
    /// thread or the thread that released the responder.
    func failure() -> Response
}

extension RequestHandler {
    /// By default no request is a probe.
    public func isProbe(_ head: RequestHead) -> Bool { false }

    /// By default a 500 without a body.
    public func failure() -> Response {
        Response(status: 500)
    }
}

/// How to handle a request.
///
/// With libmicrohttpd 0.9.75 the connection is always closed after the answer to a chunked body.
public enum RequestPlan {
    /// Answers without reading the body.
    ///
    /// The connection stays open if there is no body, or if its `Content-Length` is at most 64 KiB and the client does not
    /// wait for `100 Continue`; such a body is read and discarded first. Otherwise the answer is sent at once, and the
    /// connection is closed.
    case reject(Response)

    /// Reads the whole body, at most `limit` bytes, then calls `handle` on a pool thread.
    ///
    /// If the `Content-Length` is larger, `tooLarge` is sent at once, and the connection is closed. A chunked body that is
    /// too large is read and discarded first, up to four times the limit (at least 1 MiB); beyond that the connection is
    /// cut.
    case collect(
        limit: Int, tooLarge: @Sendable () -> Response, handle: @Sendable (Request, Responder) -> Void)

    /// Passes the body to a consumer as it arrives, whatever its length.
    case stream(any BodyConsumer)
}
