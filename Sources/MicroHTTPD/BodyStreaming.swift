/// Receives a request's body in pieces.
///
/// A consumer serves one request. Its methods are called on pool threads, never concurrently; the last call is `finish`
/// or `abandon`.
public protocol BodyConsumer: AnyObject {
    /// The first call, before the body arrives from `sender`.
    func begin(_ sender: BodySender)

    /// Consumes a prefix of `bytes` and returns its length.
    ///
    /// If that is less than all, reading from the connection pauses until `resume()` is called; then the rest is passed
    /// again. The bytes are valid during the call only.
    func consume(_ bytes: UnsafeRawBufferPointer, resume: BodyResumption) -> Int

    /// The whole body was consumed.
    func finish(_ responder: Responder)

    /// The rest of the body will not arrive: the client disconnected or was too slow, or the daemon is stopping.
    func abandon()
}

extension BodyConsumer {
    /// Does nothing.
    public func begin(_ sender: BodySender) {}
}

/// The connection that a body arrives on.
public struct BodySender: Sendable {
    let rendezvous: Rendezvous
    let request: UInt64

    /// Creates the sender of `request` on the connection of `rendezvous`.
    package init(rendezvous: Rendezvous, request: UInt64) {
        self.rendezvous = rendezvous
        self.request = request
    }

    /// Cuts the connection if the request is still in flight; then `abandon()` of the consumer is called. From any thread.
    public func cut() { rendezvous.cut(request) }
}

/// Produces an answer's body in pieces.
public protocol BodyProducer: AnyObject, Sendable {
    /// Writes the next bytes to the start of `buffer`. Called on a pool thread, never concurrently.
    ///
    /// - Parameter resume: To be called after `.later` was returned, when more bytes are available.
    func produce(into buffer: UnsafeMutableRawBufferPointer, resume: BodyResumption) -> BodyProduction

    /// The last call: the body was sent, the client disconnected, or the daemon is stopping. On a pool thread.
    ///
    /// Not called if the response is never sent.
    func close()
}

/// The result of one call of a producer.
public enum BodyProduction: Equatable, Sendable {
    /// It wrote this many bytes, at least 1.
    case bytes(Int)
    /// Nothing is available yet; the producer calls `resume()` later. A daemon that is stopping ends the body here.
    case later
    /// The body is complete.
    case end
    /// The body cannot be completed. The connection is cut, so that the client notices.
    case failed
}

/// Resumes a body that its consumer or producer paused.
public struct BodyResumption: Sendable {
    let rendezvous: Rendezvous
    let turn: UInt64

    /// Creates the resumption of `turn` on the connection of `rendezvous`.
    package init(rendezvous: Rendezvous, turn: UInt64) {
        self.rendezvous = rendezvous
        self.turn = turn
    }

    /// Makes the daemon call the consumer or producer again.
    ///
    /// From any thread, even before the call that received this value has returned. Later calls have no effect.
    public func resume() {
        rendezvous.resume(turn)
    }
}
