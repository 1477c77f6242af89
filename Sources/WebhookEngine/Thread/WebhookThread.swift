import Glibc
import Locking
import Synchronization

/// The webhook traffic of all hosts, and the thread that waits for it and calls the completions.
///
/// The thread ends when this object is released or stopped.
public final class WebhookThread: Sendable {
    private let inbox: WebhookInbox
    private let loop: SharedLoop

    /// The allowed values of the connection limit per endpoint.
    public static let connectionRange = 4...65_536
    /// The default connection limit per endpoint.
    public static let defaultConnections = 512

    /// Starts the thread. It connects only to addresses that `rules` allow, with at most `connections` per endpoint
    /// (clamped to `connectionRange`; a quarter is reserved for sync and direct messages).
    ///
    /// - Throws: `WebhookEngineError.library` if the thread cannot be started.
    public convenience init(
        _ rules: EgressRules = EgressRules(), connections: Int = WebhookThread.defaultConnections
    ) throws(WebhookEngineError) {
        try self.init(rules, connections: connections, resolver: SystemResolver())
    }

    /// Starts the thread with a custom resolver, whose addresses are cached for `addressLifetime` seconds (at least 1).
    init(
        _ rules: EgressRules, connections: Int, resolver: any NameResolver, addressLifetime: Int = 60
    ) throws(WebhookEngineError) {
        let range = WebhookThread.connectionRange
        inbox = try WebhookInbox(
            by: rules, connections: min(max(connections, range.lowerBound), range.upperBound),
            addressLifetime: addressLifetime)
        let lookUps = LookUps(by: resolver) { [inbox] number, name, result in
            if inbox.add(.lookedUp(number, name, result)) { inbox.sockets.poll.ring() }
        }
        loop = SharedLoop(inbox, lookUps)
        let result = DetachedThread.start { [loop] in loop.run() }
        guard result == 0 else { throw .library("pthread_create: \(String(cString: strerror(result)))") }
    }

    deinit { stop() }

    /// Ends the thread without waiting for it. Messages that are in flight, waiting, or sent later fail with
    /// STATUS_PORT_DISCONNECTED. A second call does nothing.
    public func stop() { inbox.stop() }

    /// Number of messages since the start that timed out before a connection to their engine was free.
    public var withoutConnectionCount: UInt64 { inbox.withoutConnection.load(ordering: .relaxed) }

    /// Adds a client to the pool of `endpoint`; the first client creates the pool. Lookups of names count against `host`.
    func open(_ endpoint: Endpoint, host: String) -> (ClientID, PoolGauge) {
        let (client, gauge) = inbox.makeClient(of: endpoint.key)
        loop.post(.open(client, endpoint, host: host, gauge))
        return (client, gauge)
    }

    /// Ends all messages of a client; must be called exactly once. See `WebhookEngine.close`.
    func close(_ client: ClientID, of endpoint: Endpoint.Key) {
        // In this order: a client that opens the endpoint in between gets the gauge of the pool that it joins.
        loop.post(.close(client))
        inbox.removeClient(of: endpoint)
    }

    /// Sends `request` of `client`.
    func send(_ request: TransferRequest, of client: ClientID, on lane: Lane) {
        loop.post(.send(request, client, lane))
    }

    /// A number unique to a ping of this process.
    func nextPingNumber() -> UInt64 { inbox.pings.add(1, ordering: .relaxed).newValue }
}
