import CMicroHTTPD
import Glibc
import Synchronization

/// A client's connection; libmicrohttpd stores it as the connection's `socket_context`.
///
/// All state belongs to the pool thread that serves the connection. State that other threads need is in `rendezvous`.
final class Connection {
    /// The phase of the current request.
    enum Phase {
        /// Between two requests.
        case idle
        /// The request line was received.
        case requestLine
        /// Refused; the answer is sent in the last call, because an earlier answer closes the connection.
        case rejected(Response)
        /// Refused; the body is discarded first, at most `room` more bytes.
        case discarding(Response, room: Int)
        /// The body is collected in `body`, at most `limit` bytes.
        case collecting(
            RequestHead, tooLarge: @Sendable () -> Response, handle: @Sendable (Request, Responder) -> Void)
        /// The body goes to a consumer.
        case streaming(any BodyConsumer)
        /// The handler has the request.
        case handled
        /// The answer is queued.
        case replied
    }

    /// The size up to which the memory of a body is used again.
    static let keptBodyBytes = 1024

    let core: DaemonCore
    let rendezvous: Rendezvous
    let remoteAddress: String
    /// The slot that the connection uses until it is closed.
    private(set) var slot: ConnectionSlots.Slot
    var phase = Phase.idle
    var body: [UInt8] = []
    var limit = 0
    var request: UInt64 = 0
    /// Whether the current request is a HEAD.
    var isHead = false
    /// The identity presented in the handshake; GnuTLS refers to it until the session ends.
    var identity: TLSIdentity?
    /// Whether the connection closes after the current request.
    var isLast = false

    /// The target of the current request. Its memory is used again by the next one, unless something refers to it still; so is
    /// that of `headers` and `body`.
    private var target: [UInt8] = []
    /// The response of the last answer, if it can be used again.
    var kept: KeptResponse?

    private var targetAddress: UInt = 0
    private var headers = HeaderFields()
    private var turn: UInt64 = 0

    /// Creates the state of a connection that the library has just accepted.
    init(_ core: DaemonCore, _ connection: OpaquePointer) {
        self.core = core
        remoteAddress = CMicroHTTPD_client_address(connection).flatMap(numericAddress) ?? "local"
        let socket = CMicroHTTPD_socket(connection)
        slot = core.slots.claimSlot(of: socket)
        rendezvous = Rendezvous(
            core.handler, connection: LibraryConnection(connection), socket: socket,
            deadline: monotonicNow() + core.requestTime(with: slot))
        core.add(rendezvous)
        core.liveConnections.add(1, ordering: .relaxed)
    }

    deinit {
        core.liveConnections.subtract(1, ordering: .relaxed)
    }

    /// The request line was received.
    func receive(target: UnsafePointer<CChar>) {
        // The library does not report the end of every request.
        finish()
        self.target.removeAll(keepingCapacity: self.target.capacity <= 4096)
        self.target.append(contentsOf: UnsafeRawBufferPointer(start: target, count: strlen(target)))
        targetAddress = UInt(bitPattern: target)
        // Hides the query from the library, which would parse it needlessly and never answer a request with about 500
        // parameters.
        if let mark = strchr(target, Int32(UInt8(ascii: "?"))) { mark[1] = 0 }
        phase = .requestLine
        rendezvous.endIdleness()
        if slot == .reserved, core.slots.promote() {
            slot = .ordinary
            rendezvous.expect(by: monotonicNow() + core.requestTime)
        } else {
            rendezvous.expect(notLaterThan: monotonicNow() + core.requestTime)
        }
    }

    /// The headers are complete: asks the handler for a plan.
    func begin(_ connection: OpaquePointer, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) -> MHD_Result {
        request = rendezvous.open()
        let head: RequestHead
        do {
            head = try readHead(connection, method: method, version: version)
        } catch {
            return reply(core.handler.refuse(error, nil).closing(), connection)
        }
        isHead = head.method == .head
        isLast = head.hasBody && head.contentLength == nil && !Daemon.libraryVersion.endsChunkedBodiesStrictly
        // Checked after `open()`: a stop either sees the open request or is seen here.
        guard core.stage == .running else { return reply(core.handler.refuse(.stopping, head).closing(), connection) }
        switch plan(for: head) {
        case .reject(let response):
            if !head.hasBody {
                phase = .rejected(response)
            } else if let length = head.contentLength, length <= 65_536, !head.expectsContinue {
                phase = .discarding(response, room: 65_536)
            } else {
                return reply(response, connection)
            }
        case .collect(let limit, let tooLarge, let handle):
            if let length = head.contentLength {
                guard length <= limit else { return reply(tooLarge(), connection) }
                // Reserves little in advance: a client can claim any length.
                body.reserveCapacity(Int(min(length, 16_384)))
            }
            self.limit = limit
            phase = .collecting(head, tooLarge: tooLarge, handle: handle)
        case .stream(let consumer):
            phase = .streaming(consumer)
            consumer.begin(BodySender(rendezvous: rendezvous, request: request))
        }
        return .YES
    }

    /// The handler's plan, or a refusal if the connection has a reserved slot and the request is not a probe.
    private func plan(for head: RequestHead) -> RequestPlan {
        guard slot == .reserved else { return core.handler.begin(head) }
        isLast = true
        // A body would occupy the slot for as long as the client takes.
        if !head.hasBody, core.handler.isProbe(head) { return core.handler.begin(head) }
        core.countTurnedAway()
        return .reject(core.handler.refuse(.noSlot, head))
    }

    /// Ends the current request, if any, answered or not.
    func finish() {
        if case .idle = phase { return }
        if case .streaming(let consumer) = phase { consumer.abandon() }
        phase = .idle
        body.removeAll(keepingCapacity: body.capacity <= Connection.keptBodyBytes)
        rendezvous.finish(core)
        let now = monotonicNow()
        rendezvous.expect(by: now + core.idleTime + core.requestTime)
        rendezvous.beginIdleness(now)
    }

    /// Ends the connection.
    func close() {
        finish()
        if rendezvous.close() { core.closingCount.subtract(1, ordering: .relaxed) }
        core.remove(rendezvous)
    }

    /// A new turn number for a consumer or producer, unique on this connection.
    func nextTurn() -> UInt64 {
        turn += 1
        return turn
    }

    private func readHead(
        _ connection: OpaquePointer, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>
    ) throws(RequestViolation) -> RequestHead {
        var reading = HeaderReading()
        swap(&reading.headers, &headers)
        defer { swap(&reading.headers, &headers) }
        let method = UnsafeRawBufferPointer(start: method, count: strlen(method)).bindMemory(to: UInt8.self)
        let version = UnsafeRawBufferPointer(start: version, count: strlen(version)).bindMemory(to: UInt8.self)
        reading.layout.start(UInt(bitPattern: method.baseAddress), count: method.count)
        reading.layout.follow(targetAddress, count: target.count)
        reading.layout.follow(UInt(bitPattern: version.baseAddress), count: version.count)
        reading.read(connection)
        guard reading.layout.isIntact || !Daemon.libraryVersion.hasKnownLayout else { throw .badLines }
        let checkedMethod = try RequestGate.method(method.span)
        let checkedVersion = try RequestGate.version(version.span)
        let framing = try RequestGate.framing(reading.headers, checkedVersion)
        return RequestHead(
            method: checkedMethod, target: try RequestTarget(target), version: checkedVersion,
            headers: reading.headers, contentLength: framing.contentLength, isChunked: framing.isChunked,
            expectsContinue: framing.expectsContinue, remoteAddress: remoteAddress)
    }
}
