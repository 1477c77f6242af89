import Synchronization

/// Answers one request, once.
///
/// An answer given before the handler has returned is queued at once, on the same thread. Later, the request waits
/// without a thread until it is there.
public final class Responder: Sendable {
    private let rendezvous: Rendezvous
    private let request: UInt64
    private let isAnswered = Atomic(false)

    package init(_ rendezvous: Rendezvous, request: UInt64) {
        self.rendezvous = rendezvous
        self.request = request
    }

    /// A request that nobody answers any more gets the handler's `failure()` rather than silence.
    deinit {
        if !isAnswered.load(ordering: .relaxed) { rendezvous.fail(request) }
    }

    /// Sends `response`; from any thread. The second and later ones do nothing, nor does one after the client has gone.
    ///
    /// Returns whether it was the first.
    @discardableResult
    public func respond(_ response: Response) -> Bool {
        guard !isAnswered.exchange(true, ordering: .relaxed) else { return false }
        rendezvous.answer(response, to: request)
        return true
    }
}

extension Responder {
    /// Runs `action` once if the client disconnects before the answer is given; at once if it already has.
    ///
    /// From any thread. `action` runs on the caller's thread, a pool thread or the thread that checks the clients, and must
    /// not block. It is released with the answer. A client that has ended its side of the connection counts as disconnected
    /// a second or two later, one whose connection was reset at the next check; the connection is closed, and a later
    /// answer is discarded.
    public func onDisconnect(_ action: @escaping @Sendable () -> Void) {
        rendezvous.onDisconnect(during: request, action)
    }
}
