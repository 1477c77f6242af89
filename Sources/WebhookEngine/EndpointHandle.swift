import Curl

/// A libcurl easy handle that posts to one endpoint, one request at a time.
///
/// Used on the `CurlMulti` thread only.
final class EndpointHandle {
    /// Connect timeout, unless the request's own timeout is shorter; in milliseconds.
    static let connectTimeout = 3000
    /// How long an idle connection can be reused, in seconds. Shorter than the keep-alive timeout of most servers.
    static let idleLimit = 30

    let easy: EasyHandle
    /// The host name to resolve; empty if the URL contains an address or localhost.
    let name: String
    private let port: String
    /// Certificates to trust; nil for the system's.
    let trusted: MemoryFile?
    private let gate: ConnectionGate

    init(
        to endpoint: Endpoint, trusting trusted: MemoryFile?, by rules: EgressRules
    ) throws(CurlFailure) {
        easy = try EasyHandle()
        self.trusted = trusted
        let destination = URLRules.destination(endpoint.url)
        name = destination.isName ? destination.host : ""
        port = destination.port
        gate = ConnectionGate(rules)
        // A separate share keeps other handles from using this connection.
        try easy.setShare(try ConnectionShare())
        try setDestination(endpoint)
        try easy.setOpener(gate, decidesLookUps: !name.isEmpty)
        try easy.set(.withoutSignals, true)
        try easy.set(.connectTimeout, EndpointHandle.connectTimeout)
        try easy.set(.connectionAge, EndpointHandle.idleLimit)
        try easy.set(.post, true)
        try easy.reportProgress()
    }

    /// Prepares the handle for `transfer`, which times out in `milliseconds`.
    func prepare(_ transfer: Transfer, milliseconds: Int) throws(CurlFailure) {
        gate.reset()
        try easy.begin(transfer)
        try easy.set(.headers, transfer.headers)
        try easy.set(.timeout, milliseconds)
        try easy.setBodySize(transfer.request.body.count)
    }

    /// Whether a transfer that ended with `code` failed only because the addresses of `name` were missing. Nothing was sent.
    func needsAddresses(_ code: ResultCode) -> Bool { code == .couldNotResolve && gate.wantsAddresses }

    /// Sets how long addresses of `name` are cached, in seconds.
    func setAddressLifetime(_ seconds: Int) throws(CurlFailure) { try easy.set(.addressLifetime, seconds) }

    /// Gives libcurl the addresses of `name`, which it never looks up itself. They expire after their lifetime.
    func setAddresses(_ found: [IPAddress]) throws(CurlFailure) {
        let texts = found.map { $0.family == .ipv6 ? "[\($0)]" : $0.description }
        try easy.set(.addresses, try HeaderList(["+\(name):\(port):" + texts.joined(separator: ",")]))
    }

    /// The reason why a request ended with `code`: libcurl's text unless it would mislead, and the addresses that the egress
    /// rules refused.
    func errorText(_ code: ResultCode) -> String {
        let text = easy.errorText(code)
        return switch code {
        case .couldNotConnect, .timedOut: gate.explain(text)
        case .noAnswer, .couldNotSendAgain: "the engine closed the connection before it answered"
        case .couldNotStartTLS where text.contains("unexpected TLS packet"): "\(text) Does the engine speak TLS?"
        default: text
        }
    }

    private func setDestination(_ endpoint: Endpoint) throws(CurlFailure) {
        try easy.set(.url, endpoint.url)
        try easy.set(.userAgent, endpoint.userAgent)
        try easy.set(.schemes, "http,https")
        // Otherwise libcurl uses a proxy from the environment.
        try easy.set(.proxy, "")
        try easy.set(.followsRedirects, false)
        try easy.setStrictProtocols()
        try easy.setChecksCertificate(true)
        if let trusted {
            try easy.set(.certificateFile, trusted.path)
            // Otherwise the system's certificates are trusted as well.
            try easy.set(.certificateDirectory, nil)
        }
    }
}
