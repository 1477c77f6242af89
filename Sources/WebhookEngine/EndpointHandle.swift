import Curl

/// A libcurl easy handle that posts to one endpoint, one request after the other.
///
/// Only the thread of the `CurlMulti` touches it.
final class EndpointHandle {
    /// How long making a connection may take when the request's own time is longer, in milliseconds.
    static let connectTimeout = 3000
    /// How long a connection may lie idle and still be used, in seconds: under the keep-alive of most servers.
    static let idleLimit = 30

    let easy: EasyHandle
    /// The name whose addresses libcurl needs; empty when the URL has an address itself, or localhost.
    let name: String
    private let port: String
    /// The certificates that it trusts; nil for the system's.
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
        // A share of its own keeps the connection from being used by others.
        try easy.setShare(try ConnectionShare())
        try setDestination(endpoint)
        try easy.setOpener(gate, decidesLookUps: !name.isEmpty)
        try easy.set(.withoutSignals, true)
        try easy.set(.connectTimeout, EndpointHandle.connectTimeout)
        try easy.set(.connectionAge, EndpointHandle.idleLimit)
        try easy.set(.post, true)
        try easy.reportProgress()
    }

    /// Makes `transfer` the next request; its time is over `milliseconds` from now.
    func prepare(_ transfer: Transfer, milliseconds: Int) throws(CurlFailure) {
        gate.reset()
        try easy.begin(transfer)
        try easy.set(.headers, transfer.headers)
        try easy.set(.timeout, milliseconds)
        try easy.setBodySize(transfer.request.body.count)
    }

    /// Whether a transfer that ended with `code` ended for want of the addresses of `name`, with nothing sent.
    func needsAddresses(_ code: ResultCode) -> Bool { code == .couldNotResolve && gate.wantsAddresses }

    /// How long addresses of `name` are used, in seconds.
    func setAddressLifetime(_ seconds: Int) throws(CurlFailure) { try easy.set(.addressLifetime, seconds) }

    /// Hands over addresses of `name`, for their lifetime: libcurl never looks a name up itself.
    func setAddresses(_ found: [IPAddress]) throws(CurlFailure) {
        let texts = found.map { $0.family == .ipv6 ? "[\($0)]" : $0.description }
        try easy.set(.addresses, try HeaderList(["+\(name):\(port):" + texts.joined(separator: ",")]))
    }

    /// What libcurl says of a request that ended with `code`, and which addresses were refused.
    func errorText(_ code: ResultCode) -> String {
        let text = easy.errorText(code)
        return code == .couldNotConnect || code == .timedOut ? gate.explain(text) : text
    }

    private func setDestination(_ endpoint: Endpoint) throws(CurlFailure) {
        try easy.set(.url, endpoint.url)
        try easy.set(.userAgent, endpoint.userAgent)
        try easy.set(.schemes, "http,https")
        // Without this the environment's proxy is used.
        try easy.set(.proxy, "")
        try easy.set(.followsRedirects, false)
        try easy.setStrictProtocols()
        try easy.setChecksCertificate(true)
        if let trusted {
            try easy.set(.certificateFile, trusted.path)
            // Else the system's certificates are trusted as well.
            try easy.set(.certificateDirectory, nil)
        }
    }
}
