import Bytes
import Curl
import DequeModule

/// The connections to one endpoint, and the requests that wait for one.
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
    /// Handles without a request, each with its last connection. The most recently used are at the end and are taken
    /// first, so that connections that are not needed grow old.
    private var idle: Deque<(handle: EndpointHandle, since: Monotonic)> = []
    /// The certificates that the idle handles trust.
    private var trusted: MemoryFile?

    init(to endpoint: Endpoint, by rules: EgressRules, limit: Int, addressLifetime: Int, gauge: PoolGauge) {
        self.endpoint = endpoint
        self.rules = rules
        self.addressLifetime = addressLifetime
        self.gauge = gauge
        state = PoolState(limit: limit)
    }

    var key: Endpoint.Key { endpoint.key }

    /// A handle for one request: one that is idle, or a new one.
    func takeHandle() throws(CurlFailure) -> EndpointHandle {
        if let certificates = endpoint.certificates {
            let content = certificates.content
            guard let content else { throw CurlFailure("the CA file was not read") }
            if content !== trusted { idle = [] }
            trusted = content
        }
        if let handle = idle.popLast()?.handle { return handle }
        let handle = try EndpointHandle(to: endpoint, trusting: trusted, by: rules)
        try handle.setAddressLifetime(addressLifetime)
        return handle
    }

    /// Keeps a handle for the next request, unless the certificates have changed since it was made.
    func giveBack(_ handle: EndpointHandle) {
        if handle.trusted === trusted { idle.append((handle, .now())) }
    }

    /// Publishes how much of the pool is in use.
    func report() { gauge.set(PoolUse(connections: state.running, waiting: state.waiting)) }

    /// Switches to the CA file of another engine when that has read another version of the file.
    func adopt(_ other: Endpoint) {
        if other.certificates?.version != endpoint.certificates?.version { endpoint = other }
    }

    /// Closes the connections that have not been used for `limit`.
    func closeIdle(at now: Monotonic, limit: Duration) {
        while let oldest = idle.first, now - oldest.since >= limit { idle.removeFirst() }
    }
}
