import CCurl

/// The connections to one endpoint, and what waits for them.
///
/// Only the thread of the `CurlMulti` touches it.
final class ConnectionPool {
    /// Which requests go and which wait.
    var state: PoolState<TransferRequest>
    /// Engines that use it.
    var clients = Set<ClientID>()
    private let endpoint: Endpoint
    private let rules: EgressRules
    private let gauge: PoolGauge
    private var share: ConnectionShare?
    private var idle: [EasyHandle] = []
    private var lastUse = Monotonic.now()
    /// What the handles at hand trust.
    private var trusted: CertificateFile.Content?

    init(to endpoint: Endpoint, by rules: EgressRules, limit: Int, gauge: PoolGauge) {
        self.endpoint = endpoint
        self.rules = rules
        self.gauge = gauge
        state = PoolState(limit: limit)
    }

    var key: Endpoint.Key { endpoint.key }

    /// A handle for one request: one that is idle, or a new one.
    func takeHandle() throws(CurlFailure) -> EasyHandle {
        if let certificates = endpoint.certificates {
            let content = certificates.content
            guard let content else { throw CurlFailure("the CA file was not read") }
            if content !== trusted { closeAll() }
            trusted = content
        }
        if let handle = idle.popLast() { return handle }
        return try EasyHandle(to: endpoint, trusting: trusted, by: rules, over: openShare())
    }

    private func openShare() throws(CurlFailure) -> ConnectionShare {
        if let share { return share }
        let share = try ConnectionShare()
        self.share = share
        return share
    }

    /// Keeps a handle for the next request, unless its connections are not used any more.
    func giveBack(_ handle: EasyHandle) {
        lastUse = .now()
        if handle.share === share { idle.append(handle) }
    }

    /// Tells others how much of it is used.
    func report() { gauge.set(PoolUse(connections: state.running, waiting: state.waiting)) }

    /// Has the CA file looked at again, now and then.
    func lookAtCertificates(at now: Monotonic) { endpoint.certificates?.lookAgain(at: now) }

    /// Closes the connections when none has been used for `limit`. Of those that are idle while others are used, libcurl
    /// closes the ones that are older itself.
    func closeIdle(at now: Monotonic, limit: Duration) {
        guard state.running == 0, share != nil, now - lastUse >= limit else { return }
        closeAll()
    }

    /// Those that are in use close when they are not any more.
    private func closeAll() {
        idle = []
        share = nil
    }
}
