import Bytes
import Curl
import DequeModule

/// The connections to one endpoint, and the requests that wait for one.
///
/// Used on the `CurlMulti` thread only.
final class ConnectionPool {
    /// Decides which requests start and which wait.
    var state: PoolState<TransferRequest>
    /// The engines that share the pool.
    var clients = Set<ClientID>()
    private var endpoint: Endpoint
    private let rules: EgressRules
    private let addressLifetime: Int
    private let gauge: PoolGauge
    /// Handles without a request, each with its last connection. The most recently used ones are at the end and are reused
    /// first, so that surplus connections age and get closed.
    private var idle: Deque<(handle: EndpointHandle, since: Monotonic)> = []
    /// The certificates that all idle handles trust.
    private var trusted: MemoryFile?

    init(to endpoint: Endpoint, by rules: EgressRules, limit: Int, addressLifetime: Int, gauge: PoolGauge) {
        self.endpoint = endpoint
        self.rules = rules
        self.addressLifetime = addressLifetime
        self.gauge = gauge
        state = PoolState(limit: limit)
    }

    var key: Endpoint.Key { endpoint.key }

    /// An idle handle, or a new one if none is idle. Connections with input that belongs to no message are closed.
    func takeHandle() throws(CurlFailure) -> EndpointHandle {
        if let certificates = endpoint.certificates {
            let content = certificates.content
            guard let content else { throw CurlFailure("the CA file has not been read") }
            if content !== trusted { idle = [] }
            trusted = content
        }
        while let handle = idle.popLast()?.handle {
            if !handle.easy.hasStrayInput { return handle }
        }
        let handle = try EndpointHandle(to: endpoint, trusting: trusted, by: rules)
        try handle.setAddressLifetime(addressLifetime)
        return handle
    }

    /// Returns a handle to the pool, unless the certificates have changed since it was created.
    func putBack(_ handle: EndpointHandle) {
        if handle.trusted === trusted { idle.append((handle, .now())) }
    }

    /// Publishes the usage of the pool.
    func report() { gauge.set(PoolUse(connections: state.running, waiting: state.waiting)) }

    /// Switches to the CA file of another engine if that engine has read a different version of it.
    func adopt(_ other: Endpoint) {
        if other.certificates?.version != endpoint.certificates?.version { endpoint = other }
    }

    /// Closes connections that have been idle for `limit`.
    func closeIdle(at now: Monotonic, limit: Duration) {
        while let oldest = idle.first, now - oldest.since >= limit { idle.removeFirst() }
    }
}
