import Dispatch
import Glibc
import Locking
import Synchronization

/// Where the pool thread of a connection meets the threads that answer its requests, sweep it or stop the daemon.
///
/// It outlives the connection as long as somebody holds a `Responder` of it; what comes then is dropped.
package final class Rendezvous: Sendable {
    private struct State {
        var exchange = Exchange()
        /// -1 where there is none, and once the connection is closed, because the number is used again.
        var socket: Int32
        /// Nil once the connection is closed: who keeps a `Responder` must not keep a whole service.
        var handler: (any RequestHandler)?
        /// When the client was found to have ended its side, and its deadline at that time.
        var clientEnd: (since: Int64, expecting: Int64)?
        /// Whether the connection was closed for another one's sake.
        var isClosedIdle = false

        /// Closes both directions of the socket: the library notices, and ends the connection on its own thread. False when
        /// the connection has ended already.
        @discardableResult
        func shutDown() -> Bool { socket >= 0 && shutdown(socket, Int32(SHUT_RDWR)) == 0 }
    }

    /// How long a request still waits for its answer after the client has ended its side, in nanoseconds.
    private static let halfCloseGrace: Int64 = 1_000_000_000

    /// What waits and goes on; asked under the lock only, and only while the connection lives.
    private let connection: any SuspendableConnection
    private let state: Locked<State>
    private let deadline: Atomic<Int64>
    /// Whether the client is expected to read, and not to send.
    private let isAnswering = Atomic(false)
    private let disconnected = Atomic(false)
    /// Since when (ns of the monotonic clock) the connection is between two requests; `.max` during one.
    private let idleValue: Atomic<Int64>

    /// For a connection that is just being accepted.
    package init(_ handler: any RequestHandler, connection: any SuspendableConnection, socket: Int32, deadline: Int64) {
        self.connection = connection
        state = Locked(State(socket: socket, handler: handler))
        self.deadline = Atomic(deadline)
        idleValue = Atomic(monotonicNow())
    }

    // MARK: The pool thread

    /// A request begins; returns its number.
    package func open() -> UInt64 {
        state.withLock { $0.exchange.open() }
    }

    /// The request is over.
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

    /// Whether the client was found to have disconnected; the rest of its bytes is ignored.
    var isDisconnected: Bool { disconnected.load(ordering: .relaxed) }

    /// The connection is over; returns whether it was closed for another one's sake.
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

    /// After the handler has returned: the answer, or the connection is suspended until there is one.
    package func settle(_ core: DaemonCore) -> Exchange.Settlement {
        state.withLock { state in
            let settlement = state.exchange.settle(core.stage)
            if case .suspend = settlement { connection.suspend() }
            return settlement
        }
    }

    /// The consumer waits.
    package func pauseConsumer(_ turn: UInt64, _ core: DaemonCore) -> Exchange.Pause {
        state.withLock { state in
            let pause = state.exchange.pauseConsumer(turn, core.stage)
            if pause == .suspend { connection.suspend() }
            return pause
        }
    }

    /// The producer waits.
    package func pauseProducer(_ turn: UInt64, _ core: DaemonCore) -> Exchange.Pause {
        state.withLock { state in
            let pause = state.exchange.pauseProducer(turn, core.stage)
            if pause == .suspend { connection.suspend() }
            return pause
        }
    }

    /// Bounds what the kernel holds of what the client does not read. A system that does not allow it keeps its own bound.
    func limitSendBuffer(to size: Int32) {
        var size = size
        state.withLock { state in
            guard state.socket >= 0 else { return }
            _ = setsockopt(state.socket, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    /// Until when (ns of the monotonic clock) what is expected of the client must have come; `.max` while nothing is.
    func expect(by instant: Int64) {
        deadline.store(instant, ordering: .relaxed)
    }

    /// As `expect(by:)`, unless the deadline is sooner already.
    func expect(notLaterThan instant: Int64) {
        deadline.min(instant, ordering: .relaxed)
    }

    /// A request has begun to come.
    func endIdleness() {
        idleValue.store(.max, ordering: .relaxed)
    }

    /// The connection is between two requests since `instant`.
    func beginIdleness(_ instant: Int64) {
        idleValue.store(instant, ordering: .relaxed)
    }

    /// The answer is on its way: until the request is over, the client is expected to read it by `instant`.
    func expectReading(by instant: Int64) {
        isAnswering.store(true, ordering: .relaxed)
        expect(by: instant)
    }

    // MARK: Any thread

    /// Takes the answer to `request`.
    ///
    /// The resumption is under the lock, so that whoever finds no suspended connection here can rely on it.
    func answer(_ response: Response, to request: UInt64) {
        // The actions that were kept in case the client disconnects are released outside the lock.
        _ = state.withLock { state in
            let acceptance = state.exchange.accept(response, to: request)
            if acceptance.resumes { connection.resume() }
            return acceptance
        }
    }

    /// Runs `action` if the client disconnects before `request` is answered, at once if it already has.
    func onDisconnect(during request: UInt64, _ action: @escaping @Sendable () -> Void) {
        if state.withLock({ $0.exchange.addDisconnectAction(action, for: request) }) { action() }
    }

    /// Nobody answers `request` any more.
    func fail(_ request: UInt64) {
        let handler = state.withLock { $0.exchange.expectsAnswer(to: request) ? $0.handler : nil }
        if let handler { answer(handler.failure(), to: request) }
    }

    /// Cuts the connection while `request` is under way.
    func cut(_ request: UInt64) {
        let finding = state.withLock { state in
            guard state.socket >= 0, state.exchange.isInFlight(request) else { return Finding.nothing }
            if state.exchange.suspension != .none { return disconnect(&state) }
            state.shutDown()
            return .nothing
        }
        if case .disconnected(let actions) = finding { for action in actions { action() } }
    }

    /// What was awaited in `turn` has come.
    func resume(_ turn: UInt64) {
        state.withLock { state in
            if state.exchange.resume(turn) { connection.resume() }
        }
    }

    // MARK: The acceptor

    /// Since when (ns of the monotonic clock) the connection is between two requests; `.max` during one.
    var idleSince: Int64 { idleValue.load(ordering: .relaxed) }

    /// Closes the connection for another one's sake if it is between two requests since `instant` still, and its client
    /// has sent nothing in that time; returns whether it did.
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

    /// Cuts the connection when its deadline is before `instant`, or its client has disconnected; returns whether the client
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

    /// Cuts the connection when its deadline is before `instant`; returns whether it did.
    func cutIfLate(_ instant: Int64) -> Bool {
        let expected = deadline.load(ordering: .relaxed)
        return expected < instant && cut(expecting: expected)
    }

    /// The result of a check of the client's side of the connection.
    private enum Finding {
        case nothing
        case cut
        /// The request is aborted; the actions are to run without the lock.
        case disconnected([@Sendable () -> Void])
    }

    /// Checks whether the client has ended its side, whatever it sent before that.
    private func checkClient(at instant: Int64, expecting expected: Int64) -> Finding {
        state.withLock { state in
            guard state.socket >= 0, let end = ClientEnd(state.socket) else {
                state.clientEnd = nil
                return .nothing
            }
            let seen = state.clientEnd
            // It may be about to work on the last bytes at this moment: only what has not moved on until the next look
            // counts.
            guard let seen, seen.expecting == expected else {
                state.clientEnd = (instant, expected)
                return end == .reset ? disconnect(&state) : .nothing
            }
            if state.exchange.suspension != .none {
                return end == .reset || instant - seen.since >= Self.halfCloseGrace ? disconnect(&state) : .nothing
            }
            // libmicrohttpd hears of changes only, and misses an end that comes together with half a request.
            return isReceiving && ClientEnd.hasReadAll(of: state.socket) ? .cut : .nothing
        }
    }

    /// Ends the wait of a suspended connection. The library finds the socket closed, or the next call for the connection
    /// aborts it.
    private func disconnect(_ state: inout State) -> Finding {
        guard let actions = state.exchange.disconnect() else { return .nothing }
        disconnected.store(true, ordering: .relaxed)
        state.shutDown()
        connection.resume()
        return .disconnected(actions)
    }

    /// Cuts the connection; false when it has moved on in the meantime, or is closed.
    private func cut(expecting instant: Int64) -> Bool {
        guard deadline.compareExchange(expected: instant, desired: .max, ordering: .relaxed).exchanged else {
            return false
        }
        return state.withLock { $0.shutDown() }
    }

    // MARK: The thread that stops the daemon

    /// Has `core.awaited` wait for the open request; returns whether there is one that it did not wait for before.
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

    /// Wakes what must not wait in the daemon's stage. Once it is closing, answers what waits for an answer, and cuts what
    /// waits for its client.
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
