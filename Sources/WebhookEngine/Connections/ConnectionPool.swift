import Bytes
import Curl
import DequeModule

/// The connections to one endpoint, and the requests that wait for one.
///
/// Used by `WebhookLoop` only.
final class ConnectionPool {
    /// Decides which requests start and which wait.
    var state: PoolState<TransferRequest>
    /// The engines that share the pool.
    var clients = Set<ClientID>()
    private var endpoint: Endpoint
    private let rules: EgressRules
    private let addressLifetime: Int
    private let gauge: PoolGauge
    private let sockets: EngineSockets
    /// Connections without a request. The most recently used ones are at the end and are reused first, so that surplus
    /// connections age and get closed.
    private var idle: Deque<(connection: EngineConnection, since: Monotonic)> = []
    /// A connection that was closed, to be made again when no idle one is left: libcurl keeps its TLS session.
    private var spare: EngineConnection?
    /// The certificates that all idle connections trust.
    private var trusted: MemoryFile?

    init(to endpoint: Endpoint, by inbox: WebhookInbox, gauge: PoolGauge) {
        self.endpoint = endpoint
        self.gauge = gauge
        sockets = inbox.sockets
        rules = inbox.rules
        addressLifetime = inbox.addressLifetime
        state = PoolState(limit: inbox.connections)
    }

    var key: Endpoint.Key { endpoint.key }

    /// An idle connection, or a new one if none is idle. It is not made yet, or will be made again, if it is new, was lost, is
    /// too old, or has input that belongs to no message.
    func takeConnection(at now: Monotonic) throws(CurlFailure) -> EngineConnection {
        if let certificates = endpoint.certificates {
            let content = certificates.content
            guard let content else { throw CurlFailure("the CA file has not been read") }
            if content !== trusted { (idle, spare) = ([], nil) }
            trusted = content
        }
        if let (connection, since) = idle.popLast() {
            if now - since >= EngineConnection.idleLimit || connection.hasStrayInput { connection.disconnect() }
            return connection
        }
        if let spare {
            self.spare = nil
            return spare
        }
        let connection = try EngineConnection(to: endpoint, of: self, on: sockets, trusting: trusted, by: rules)
        try connection.setAddressLifetime(addressLifetime)
        return connection
    }

    /// Returns a connection to the pool, unless the certificates have changed since it was created.
    func putBack(_ connection: EngineConnection, at now: Monotonic) {
        guard connection.trusted === trusted else { return }
        if connection.isConnected { idle.append((connection, now)) } else { spare = connection }
    }

    /// Publishes the usage of the pool.
    func report() { gauge.set(PoolUse(connections: state.running, waiting: state.waiting)) }

    /// Switches to the CA file of another engine if that engine has read a different version of it.
    func adopt(_ other: Endpoint) {
        if other.certificates?.version != endpoint.certificates?.version { endpoint = other }
    }

    /// Closes connections that have been idle for too long.
    func closeIdle(at now: Monotonic) {
        while let oldest = idle.first, now - oldest.since >= EngineConnection.idleLimit { idle.removeFirst() }
    }
}
