/// Takes a request's body piece by piece.
///
/// One serves one request. Its methods are called on pool threads and never at the same time; `finish` or `abandon` is
/// the last one called.
public protocol BodyConsumer: AnyObject {
    /// The first call: the body will come from `sender`.
    func begin(_ sender: BodySender)

    /// Takes a prefix of `bytes` and returns its length.
    ///
    /// Fewer than all means that it must wait: nothing more is read from the connection until `resume()` is called;
    /// then it is offered the rest. The bytes are valid during the call only.
    func consume(_ bytes: UnsafeRawBufferPointer, resume: BodyResumption) -> Int

    /// The whole body was taken.
    func finish(_ responder: Responder)

    /// The client went away, was too slow, or the daemon stops: the rest of the body will not come.
    func abandon()
}

extension BodyConsumer {
    /// Nothing.
    public func begin(_ sender: BodySender) {}
}

/// The client that sends a body.
public struct BodySender: Sendable {
    let rendezvous: Rendezvous
    let request: UInt64

    /// The client whose connection has `rendezvous` and sends `request`.
    package init(rendezvous: Rendezvous, request: UInt64) {
        self.rendezvous = rendezvous
        self.request = request
    }

    /// Cuts the connection if the body's request is still under way; the consumer's `abandon()` is called. From any
    /// thread.
    public func cut() { rendezvous.cut(request) }
}

/// Makes an answer's body piece by piece.
public protocol BodyProducer: AnyObject, Sendable {
    /// Writes the next bytes to the beginning of `buffer`; on a pool thread, never twice at the same time.
    ///
    /// - Parameter resume: what to call, once `.later` was returned, when there is more.
    func produce(into buffer: UnsafeMutableRawBufferPointer, resume: BodyResumption) -> BodyProduction

    /// The last call: the body was sent, the client went away, or the daemon stops. On a pool thread.
    ///
    /// A producer whose response is never sent is released without this call.
    func close()
}

/// What a producer did with the buffer it was offered.
public enum BodyProduction: Equatable, Sendable {
    /// It wrote that many bytes, 1 at least.
    case bytes(Int)
    /// There is nothing now; it calls `resume()` when there is. A daemon that stops ends the body here.
    case later
    /// The body is complete.
    case end
    /// The body cannot be completed; the connection is cut, so that the client sees it.
    case failed
}

/// Continues a body that its consumer or producer paused.
public struct BodyResumption: Sendable {
    let rendezvous: Rendezvous
    let turn: UInt64

    /// Continues the consumer or producer that `rendezvous` paused in `turn`.
    package init(rendezvous: Rendezvous, turn: UInt64) {
        self.rendezvous = rendezvous
        self.turn = turn
    }

    /// Has the consumer or producer called again.
    ///
    /// From any thread, even before the call that this was given to has returned; the first time counts.
    public func resume() {
        rendezvous.resume(turn)
    }
}
