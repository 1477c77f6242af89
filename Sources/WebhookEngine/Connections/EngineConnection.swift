import Bytes
import Curl

/// A connection to one endpoint, made by libcurl, for one request at a time; it is made again when it is lost.
///
/// Used by `WebhookLoop` only.
final class EngineConnection {
    /// Connect timeout, unless the request's own timeout is shorter; in milliseconds.
    static let connectTimeout = 3000
    /// How long an idle connection can be reused. Shorter than the keep-alive timeout of most servers.
    static let idleLimit = Duration.seconds(30)

    private enum State {
        case disconnected
        /// It is in the multi handle.
        case connecting(MultiHandle)
        /// It is in the multi handle, and its socket in the poll.
        case connected(MultiHandle, socket: Int32)
    }

    /// A number that no other connection of the thread has.
    let number: Int
    let easy: EasyHandle
    unowned let pool: ConnectionPool
    /// The host name to resolve; empty if the URL contains an address or localhost.
    let name: String
    /// Certificates to trust; nil for the system's.
    let trusted: MemoryFile?
    /// The request that it carries or is made for.
    private(set) var transfer: Transfer?
    /// The name whose addresses it waits for, and the deadline.
    var lookUp: (name: String, until: Monotonic)?
    /// Whether addresses were set for the current request.
    private(set) var hasAddresses = false
    private var state = State.disconnected
    private var isWatchedForWriting = false
    private let port: String
    private let isSecure: Bool
    private let gate: ConnectionGate
    private let sockets: EngineSockets

    /// Creates a connection, which is not made yet.
    init(
        to endpoint: Endpoint, of pool: ConnectionPool, on sockets: EngineSockets, trusting trusted: MemoryFile?,
        by rules: EgressRules
    ) throws(CurlFailure) {
        easy = try EasyHandle()
        self.pool = pool
        self.sockets = sockets
        self.trusted = trusted
        let destination = URLRules.destination(endpoint.url)
        name = destination.isName ? destination.host : ""
        port = destination.port
        isSecure = destination.isSecure
        gate = ConnectionGate(rules)
        number = sockets.takeNumber()
        sockets.register(self)
        // A share of its own, so that its connection is found at once, however many there are.
        try easy.setShare(try ConnectionShare())
        try setDestination(endpoint)
        try easy.setOpener(gate, decidesLookUps: !name.isEmpty)
        try easy.set(.connectsOnly, true)
        try easy.set(.withoutSignals, true)
        try easy.set(.connectTimeout, EngineConnection.connectTimeout)
    }

    deinit {
        disconnect()
        sockets.unregister(number)
    }

    /// Whether it can carry a request.
    var isConnected: Bool { if case .connected = state { true } else { false } }

    /// Whether it is connected and has input that belongs to no request, or was closed by the peer.
    var hasStrayInput: Bool {
        if case .connected(_, let socket) = state { EasyHandle.hasInput(socket) } else { false }
    }

    // MARK: Connecting

    /// Begins to connect.
    func connect() throws(CurlFailure) {
        gate.reset()
        easy.begin()
        let multi = try sockets.multi
        try multi.add(easy)
        state = .connecting(multi)
    }

    /// Notes that libcurl has connected.
    func finishConnecting() throws(CurlFailure) {
        guard case .connecting(let multi) = state, let socket = easy.socket else {
            throw CurlFailure("the connection is lost")
        }
        try sockets.poll.add(socket, number: number)
        isWatchedForWriting = false
        state = .connected(multi, socket: socket)
    }

    /// Closes the connection, or stops connecting.
    func disconnect() {
        switch state {
        case .disconnected: return
        case .connecting(let multi), .connected(let multi, _): multi.remove(easy)
        }
        state = .disconnected
    }

    /// Whether connecting ended with `code` only because the addresses of `name` are missing.
    func needsAddresses(_ code: ResultCode) -> Bool { code == .couldNotResolve && gate.wantsAddresses }

    /// Sets how long addresses of `name` are cached, in seconds.
    func setAddressLifetime(_ seconds: Int) throws(CurlFailure) { try easy.set(.addressLifetime, seconds) }

    /// Gives libcurl the addresses of `name`, which it never looks up itself. They expire after their lifetime.
    func setAddresses(_ found: [IPAddress]) throws(CurlFailure) {
        let texts = found.map { $0.family == .ipv6 ? "[\($0)]" : $0.description }
        try easy.set(.addresses, try HeaderList(["+\(name):\(port):" + texts.joined(separator: ",")]))
        hasAddresses = true
    }

    /// The reason why it could not connect, with `code`: libcurl's text unless it would mislead, and the addresses that the
    /// egress rules refused.
    func errorText(_ code: ResultCode) -> String {
        let text = easy.errorText(code)
        return switch code {
        case .couldNotConnect, .timedOut: gate.explain(text)
        case .couldNotStartTLS where text.contains("unexpected TLS packet"): "\(text) Does the engine speak TLS?"
        default: text
        }
    }

    // MARK: Carrying a request

    /// Takes a request.
    func begin(_ new: Transfer) {
        transfer = new
        lookUp = nil
        hasAddresses = false
    }

    /// Ends the request. The connection stays only if the whole request was sent and its whole answer received.
    func endTransfer() {
        let isReusable = transfer.map { $0.isSent && $0.reader.keepsConnection } ?? false
        if !isReusable { disconnect() }
        transfer = nil
        lookUp = nil
    }

    /// Sends as much of the request as the socket takes; returns why it ended, if it did.
    func send() -> TransferOutcome? {
        guard case .connected(_, let socket) = state, transfer != nil else { return nil }
        while let sent = transfer?.sent, let bytes = transfer?.request.bytes, sent < bytes.count {
            let result = bytes.withUnsafeBytes { easy.send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
            switch result {
            case .bytes(let count): transfer?.sent += count
            case .wouldBlock:
                watch(socket, forWriting: true)
                return nil
            case .closed: return .disconnected(ReplyReader.closedText)
            case .failed(let code): return .disconnected(lossText(code))
            }
        }
        watch(socket, forWriting: false)
        return nil
    }

    /// Reads what has arrived of the answer; returns how the request ended, if it did.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> TransferOutcome? {
        while transfer != nil {
            switch easy.receive(into: buffer) {
            case .bytes(let count):
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                if let outcome = read(bytes) { return outcome }
                // Without TLS, a part that does not fill the buffer is all there is.
                if !isSecure, count < buffer.count { return nil }
            case .wouldBlock: return nil
            case .closed:
                guard let progress = transfer?.reader.readEnd() else { return nil }
                return transfer?.outcome(progress)
            case .failed(let code): return .disconnected(lossText(code))
            }
        }
        return nil
    }

    private func read(_ bytes: UnsafeRawBufferPointer) -> TransferOutcome? {
        let progress = bytes.withMemoryRebound(to: UInt8.self) { transfer?.reader.read(Span(_unsafeElements: $0)) }
        return progress.flatMap { transfer?.outcome($0) }
    }

    private func lossText(_ code: ResultCode) -> String {
        code == .couldNotSend || code == .couldNotReceive ? ReplyReader.closedText : easy.errorText(code)
    }

    private func watch(_ socket: Int32, forWriting isWanted: Bool) {
        guard isWanted != isWatchedForWriting else { return }
        isWatchedForWriting = isWanted
        sockets.poll.watch(socket, number: number, forWriting: isWanted)
    }

    private func setDestination(_ endpoint: Endpoint) throws(CurlFailure) {
        try easy.set(.url, endpoint.url)
        try easy.set(.schemes, "http,https")
        // Otherwise libcurl uses a proxy from the environment.
        try easy.set(.proxy, "")
        try easy.setStrictProtocols()
        try easy.setChecksCertificate(true)
        if let trusted {
            try easy.set(.certificateFile, trusted.path)
            // Otherwise the system's certificates are trusted as well.
            try easy.set(.certificateDirectory, nil)
        }
    }
}
