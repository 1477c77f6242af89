import Synchronization

/// Answers one request, once.
///
/// An answer given before the handler returns is queued at once, on the same thread. Otherwise the request waits for its
/// answer without occupying a thread.
public final class Responder: Sendable {
    private let rendezvous: Rendezvous
    private let request: UInt64
    private let isAnswered = Atomic(false)

    package init(_ rendezvous: Rendezvous, request: UInt64) {
        self.rendezvous = rendezvous
        self.request = request
    }

    /// A request that was never answered gets the handler's `failure()`.
    deinit {
        if !isAnswered.load(ordering: .relaxed) { rendezvous.fail(request) }
    }

    /// Sends `response`; from any thread. Later calls have no effect, and neither does a call after the client has
    /// disconnected.
    ///
    /// Returns whether this was the first call.
    @discardableResult
    public func respond(_ response: Response) -> Bool {
        guard !isAnswered.exchange(true, ordering: .relaxed) else { return false }
        rendezvous.answer(response, to: request)
        return true
    }
}

extension Responder {
    /// Closes the connection without an answer.
    public func cut() { rendezvous.cut(request) }

    /// Runs `action` once if the client disconnects before the answer is given; at once if it already has.
    ///
    /// From any thread. `action` runs on the caller's thread, a pool thread or the thread that checks the clients, and must
    /// not block. It is released with the answer. A client that has closed its side of the connection counts as disconnected
    /// a second or two later; after a reset, at the next check. The connection is then closed, and a later answer is
    /// discarded.
    public func onDisconnect(_ action: @escaping @Sendable () -> Void) {
        rendezvous.onDisconnect(during: request, action)
    }
}
