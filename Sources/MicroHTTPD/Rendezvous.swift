import Dispatch
import Glibc
import Locking
import Synchronization

/// The state that a connection's pool thread shares with the threads that answer its requests, sweep it or stop the
/// daemon.
///
/// It outlives the connection while a `Responder` refers to it; answers are then discarded.
package final class Rendezvous: Sendable {
    private struct State {
        var exchange = Exchange()
        /// -1 without a socket and after the connection is closed, because the number may be reused.
        var socket: Int32
        /// Nil after the connection is closed: a `Responder` must not keep a whole service alive.
        var handler: (any RequestHandler)?
        /// When a check found that the client had closed its side, and the deadline at that time.
        var clientEnd: (since: Int64, expecting: Int64)?
        /// Whether the connection was closed to make room for another one.
        var isClosedIdle = false

        /// Shuts down both directions of the socket: the library notices, and ends the connection on its own thread. Returns
        /// false if the connection has already ended.
        @discardableResult
        func shutDown() -> Bool { socket >= 0 && shutdown(socket, Int32(SHUT_RDWR)) == 0 }
    }

    /// How long a request keeps waiting for its answer after the client has closed its side, in nanoseconds.
    private static let halfCloseGrace: Int64 = 1_000_000_000

    /// The library's connection; used under the lock only, and only while the connection exists.
    private let connection: any SuspendableConnection
    private let state: Locked<State>
    private let deadline: Atomic<Int64>
    /// Whether the client is expected to read rather than to send.
    private let isAnswering = Atomic(false)
    private let disconnected = Atomic(false)
    /// When the connection became idle between two requests (ns of the monotonic clock); `.max` during a request.
    private let idleValue: Atomic<Int64>

    /// Creates the state of a connection that is being accepted.
    package init(_ handler: any RequestHandler, connection: any SuspendableConnection, socket: Int32, deadline: Int64) {
        self.connection = connection
        state = Locked(State(socket: socket, handler: handler))
        self.deadline = Atomic(deadline)
        idleValue = Atomic(monotonicNow())
    }

    // MARK: The pool thread

    /// Starts a request; returns its number.
    package func open() -> UInt64 {
        state.withLock { $0.exchange.open() }
    }

    /// Ends the request.
    package func finish(_ core: DaemonCore) {
        isAnswering.store(false, ordering: .relaxed)
        let remains = state.withLock { $0.exchange.finish() }
        for action in remains.disconnectActions { action() }
        if remains.wasAwaited { core.awaited.leave() }
    }

    /// Whether the client is expected to send.
    private var isReceiving: Bool {
        deadline.load(ordering: .relaxed) != .max && !isAnswering.load(ordering: .relaxed)
    }

    /// Whether the client has disconnected; its remaining bytes are ignored.
    var isDisconnected: Bool { disconnected.load(ordering: .relaxed) }

    /// Ends the connection; returns whether it was closed to make room for another one.
    @discardableResult
    package func close() -> Bool {
        // The handler is released outside the lock.
        let (_, wasIdle) = state.withLock { state in
            defer { state.handler = nil }
            state.socket = -1
            return (state.handler, state.isClosedIdle)
        }
        return wasIdle
    }

    /// The next step after the handler has returned: the answer, or the connection is suspended until there is one.
    package func settle(_ core: DaemonCore) -> Exchange.Settlement {
        state.withLock { state in
            let settlement = state.exchange.settle(core.stage)
            if case .suspend = settlement { connection.suspend() }
            return settlement
        }
    }

    /// Pauses the consumer.
    package func pauseConsumer(_ turn: UInt64, _ core: DaemonCore) -> Exchange.Pause {
        state.withLock { state in
            let pause = state.exchange.pauseConsumer(turn, core.stage)
            if pause == .suspend { connection.suspend() }
            return pause
        }
    }

    /// Pauses the producer.
    package func pauseProducer(_ turn: UInt64, _ core: DaemonCore) -> Exchange.Pause {
        state.withLock { state in
            let pause = state.exchange.pauseProducer(turn, core.stage)
            if pause == .suspend { connection.suspend() }
            return pause
        }
    }

    /// Limits how many unread bytes the kernel buffers for the client. If the system refuses, its default applies.
    func limitSendBuffer(to size: Int32) {
        var size = size
        state.withLock { state in
            guard state.socket >= 0 else { return }
            _ = setsockopt(state.socket, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    /// Sets the client's deadline (ns of the monotonic clock); `.max` for none.
    func expect(by instant: Int64) {
        deadline.store(instant, ordering: .relaxed)
    }

    /// Like `expect(by:)`, but never moves the deadline back.
    func expect(notLaterThan instant: Int64) {
        deadline.min(instant, ordering: .relaxed)
    }

    /// The first bytes of a request have arrived.
    func endIdleness() {
        idleValue.store(.max, ordering: .relaxed)
    }

    /// The connection is idle since `instant`.
    func beginIdleness(_ instant: Int64) {
        idleValue.store(instant, ordering: .relaxed)
    }

    /// The answer is being sent: the client must have read it by `instant`.
    func expectReading(by instant: Int64) {
        isAnswering.store(true, ordering: .relaxed)
        expect(by: instant)
    }

    // MARK: Any thread

    /// Accepts the answer to `request`.
    ///
    /// Resumes under the lock, so that code that finds no suspended connection here can rely on it.
    func answer(_ response: Response, to request: UInt64) {
        // Unused disconnect actions are released outside the lock.
        _ = state.withLock { state in
            let acceptance = state.exchange.accept(response, to: request)
            if acceptance.resumes { connection.resume() }
            return acceptance
        }
    }

    /// Runs `action` if the client disconnects before `request` is answered; at once if it already has.
    func onDisconnect(during request: UInt64, _ action: @escaping @Sendable () -> Void) {
        if state.withLock({ $0.exchange.addDisconnectAction(action, for: request) }) { action() }
    }

    /// Answers `request` with the handler's failure, because its responder was released.
    func fail(_ request: UInt64) {
        let handler = state.withLock { $0.exchange.expectsAnswer(to: request) ? $0.handler : nil }
        if let handler { answer(handler.failure(), to: request) }
    }

    /// Cuts the connection if `request` is still in flight.
    func cut(_ request: UInt64) {
        let finding = state.withLock { state in
            guard state.socket >= 0, state.exchange.isInFlight(request) else { return Finding.nothing }
            if state.exchange.suspension != .none { return disconnect(&state) }
            state.shutDown()
            return .nothing
        }
        if case .disconnected(let actions) = finding { for action in actions { action() } }
    }

    /// Resumes the consumer or producer that paused in `turn`.
    func resume(_ turn: UInt64) {
        state.withLock { state in
            if state.exchange.resume(turn) { connection.resume() }
        }
    }

    // MARK: The acceptor

    /// When the connection became idle between two requests (ns of the monotonic clock); `.max` during a request.
    var idleSince: Int64 { idleValue.load(ordering: .relaxed) }

    /// Closes the connection, to make room for another one, if it has been idle since `instant` and its client has sent
    /// nothing since; returns whether it did.
    func closeIdle(since instant: Int64) -> Bool {
        state.withLock { state in
            guard state.socket >= 0, idleSince == instant, ClientEnd.hasReadAll(of: state.socket),
                SocketSilence.hasLasted(
                    on: state.socket, since: instant, isUnused: state.exchange.isUnused),
                idleValue.compareExchange(expected: instant, desired: .max, ordering: .relaxed).exchanged
            else { return false }
            state.isClosedIdle = state.shutDown()
            return state.isClosedIdle
        }
    }

    // MARK: The sweeper

    /// Cuts the connection if its deadline is before `instant` or its client has disconnected; returns whether the client
    /// was too slow.
    func sweep(_ instant: Int64) -> Bool {
        let expected = deadline.load(ordering: .relaxed)
        if expected < instant { return cut(expecting: expected) }
        switch checkClient(at: instant, expecting: expected) {
        case .nothing: break
        case .cut: _ = cut(expecting: expected)
        case .disconnected(let actions): for action in actions { action() }
        }
        return false
    }

    /// Cuts the connection if its deadline is before `instant`; returns whether it did.
    func cutIfLate(_ instant: Int64) -> Bool {
        let expected = deadline.load(ordering: .relaxed)
        return expected < instant && cut(expecting: expected)
    }

    /// The result of a check of the client's side of the connection.
    private enum Finding {
        case nothing
        case cut
        /// The request was aborted; the caller must run the actions outside the lock.
        case disconnected([@Sendable () -> Void])
    }

    /// Checks whether the client has closed its side, even if bytes that it sent before are still unread.
    private func checkClient(at instant: Int64, expecting expected: Int64) -> Finding {
        state.withLock { state in
            guard state.socket >= 0, let end = ClientEnd(state.socket) else {
                state.clientEnd = nil
                return .nothing
            }
            let seen = state.clientEnd
            // The pool thread may be processing the last bytes right now: only a connection that makes no progress until the
            // next check counts.
            guard let seen, seen.expecting == expected else {
                state.clientEnd = (instant, expected)
                return end == .reset ? disconnect(&state) : .nothing
            }
            if state.exchange.suspension != .none {
                return end == .reset || instant - seen.since >= Self.halfCloseGrace ? disconnect(&state) : .nothing
            }
            // libmicrohttpd is notified of changes only, and misses an end that arrives together with half a request.
            return isReceiving && ClientEnd.hasReadAll(of: state.socket) ? .cut : .nothing
        }
    }

    /// Resumes a suspended connection, so that it ends: the library finds the socket closed, or its next call aborts the
    /// connection.
    private func disconnect(_ state: inout State) -> Finding {
        guard let actions = state.exchange.disconnect() else { return .nothing }
        disconnected.store(true, ordering: .relaxed)
        state.shutDown()
        connection.resume()
        return .disconnected(actions)
    }

    /// Cuts the connection; false if its deadline has changed in the meantime, or it is closed.
    private func cut(expecting instant: Int64) -> Bool {
        guard deadline.compareExchange(expected: instant, desired: .max, ordering: .relaxed).exchanged else {
            return false
        }
        return state.withLock { $0.shutDown() }
    }

    // MARK: The thread that stops the daemon

    /// Makes `core.awaited` wait for the open request; returns false if there is none, or it was already awaited.
    func awaitOpenRequest(_ core: DaemonCore) -> Bool {
        state.withLock { state in
            guard state.exchange.beginAwaiting() else { return false }
            core.awaited.enter()
            return true
        }
    }

    /// Whether the request that a stop waits for is still open.
    var isAwaited: Bool {
        state.withLock { $0.exchange.isAwaited }
    }

    /// Resumes the connection if it must not wait in the daemon's stage. Once the daemon is closing, refuses a request that
    /// waits for its answer, and cuts a connection that waits for its client.
    func wake(_ core: DaemonCore) {
        let unanswered = state.withLock { state -> UInt64? in
            if state.exchange.wake(core.stage) { connection.resume() }
            guard core.stage == .closing else { return nil }
            // The rest of its body may never come.
            if state.exchange.isAwaited, state.exchange.suspension == .none, isReceiving { state.shutDown() }
            return state.exchange.unanswered
        }
        if let unanswered { answer(core.handler.refuse(.stopping, nil).closing(), to: unanswered) }
    }
}
