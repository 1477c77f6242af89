import DequeModule

/// The connections to one endpoint, and what waits for them.
///
/// Only the thread of the `CurlMulti` touches it.
final class ConnectionPool {
    /// Which requests go and which wait.
    var state: PoolState<TransferRequest>
    /// Engines that use it.
    var clients = Set<ClientID>()
    private var endpoint: Endpoint
    private let rules: EgressRules
    private let addressLifetime: Int
    private let gauge: PoolGauge
    /// Handles without a request, each with the connection that it used last; those used last are at the end, and taken
    /// first, so that what is not needed grows old.
    private var idle: Deque<(handle: EasyHandle, since: Monotonic)> = []
    /// What the handles at hand trust.
    private var trusted: CertificateFile.Content?

    init(to endpoint: Endpoint, by rules: EgressRules, limit: Int, addressLifetime: Int, gauge: PoolGauge) {
        self.endpoint = endpoint
        self.rules = rules
        self.addressLifetime = addressLifetime
        self.gauge = gauge
        state = PoolState(limit: limit)
    }

    var key: Endpoint.Key { endpoint.key }

    /// A handle for one request: one that is idle, or a new one.
    func takeHandle() throws(CurlFailure) -> EasyHandle {
        if let certificates = endpoint.certificates {
            let content = certificates.content
            guard let content else { throw CurlFailure("the CA file was not read") }
            if content !== trusted { idle = [] }
            trusted = content
        }
        if let handle = idle.popLast()?.handle { return handle }
        let handle = try EasyHandle(to: endpoint, trusting: trusted, by: rules, over: ConnectionShare())
        try handle.setAddressLifetime(addressLifetime)
        return handle
    }

    /// Keeps a handle for the next request, unless it trusts what is not trusted any more.
    func giveBack(_ handle: EasyHandle) {
        if handle.trusted === trusted { idle.append((handle, .now())) }
    }

    /// Tells others how much of it is used.
    func report() { gauge.set(PoolUse(connections: state.running, waiting: state.waiting)) }

    /// Goes on with the CA file of another engine when that was read later and had changed.
    func adopt(_ other: Endpoint) {
        if other.certificates?.version != endpoint.certificates?.version { endpoint = other }
    }

    /// Closes the connections that have not been used for `limit`.
    func closeIdle(at now: Monotonic, limit: Duration) {
        while let oldest = idle.first, now - oldest.since >= limit { idle.removeFirst() }
    }
}
