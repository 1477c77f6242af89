import Glibc
import Locking
import Synchronization

/// The one thread on which libcurl does all webhook traffic of all hosts, and on which completions are called.
///
/// It ends when this is dropped or stopped.
public final class CurlMulti: Sendable {
    private let inbox: CurlInbox

    /// How many connections to one endpoint there may be.
    public static let connectionRange = 4...65_536
    /// How many there are at most unless that is set.
    public static let defaultConnections = 512

    /// Starts the thread, which connects where `rules` allow it, with at most `connections` to one endpoint
    /// (`connectionRange`; a quarter of them is kept for sync and direct messages).
    ///
    /// - Throws: `WebhookEngineError.library` when libcurl or the system refuses.
    public convenience init(
        _ rules: EgressRules = EgressRules(), connections: Int = CurlMulti.defaultConnections
    ) throws(WebhookEngineError) {
        try self.init(rules, connections: connections, resolver: SystemResolver())
    }

    /// Starts the thread, with a resolver of names whose addresses are used for `addressLifetime` seconds, 1 or more.
    init(
        _ rules: EgressRules, connections: Int, resolver: any NameResolver, addressLifetime: Int = 60
    ) throws(WebhookEngineError) {
        let range = CurlMulti.connectionRange
        inbox = try CurlInbox(
            by: rules, connections: min(max(connections, range.lowerBound), range.upperBound),
            addressLifetime: addressLifetime)
        let lookUps = LookUps(by: resolver) { [inbox] number, name, result in
            inbox.post(.lookedUp(number, name, result))
        }
        let context = Unmanaged.passRetained(Start(inbox: inbox, lookUps: lookUps))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                CurlMulti.blockSignals()
                CurlLoop(start.inbox, start.lookUps).run()
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            throw .library("pthread_create: \(String(cString: strerror(result)))")
        }
        let detached = pthread_detach(thread)
        assert(detached == 0, "pthread_detach: \(detached)")
    }

    deinit { stop() }

    /// Ends the thread soon. Messages that are under way, that wait, or that are sent later fail with
    /// STATUS_PORT_DISCONNECTED. Does not wait for the thread. Stopping twice does nothing.
    public func stop() { inbox.stop() }

    /// Messages whose time was over before a connection to their engine was free, since the start.
    public var withoutConnectionCount: UInt64 { inbox.withoutConnection.load(ordering: .relaxed) }

    /// A client of the pool of `endpoint`; the first client creates the pool. Name look-ups count against `host`.
    func open(_ endpoint: Endpoint, host: String) -> (ClientID, PoolGauge) {
        let (client, gauge) = inbox.makeClient(of: endpoint.key)
        inbox.post(.open(client, endpoint, host: host, gauge))
        return (client, gauge)
    }

    /// Ends what a client has under way; to be called once. See `WebhookEngine.close`.
    func close(_ client: ClientID, of endpoint: Endpoint.Key) {
        // In this order: who opens the endpoint in between has the gauge of the pool that it joins.
        inbox.post(.close(client))
        inbox.forgetClient(of: endpoint)
    }

    /// Sends `request` of `client`.
    func send(_ request: TransferRequest, of client: ClientID, on lane: Lane) {
        inbox.post(.send(request, client, lane))
    }

    /// A number that no other ping of this process has.
    func nextPingNumber() -> UInt64 { inbox.pings.add(1, ordering: .relaxed).newValue }

    /// Keeps signals away from this thread: they are for those that wait for them.
    static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        let result = pthread_sigmask(SIG_BLOCK, &all, nil)
        assert(result == 0, "pthread_sigmask: \(result)")
    }

    /// What the thread begins with.
    private final class Start: Sendable {
        let inbox: CurlInbox
        let lookUps: LookUps

        init(inbox: CurlInbox, lookUps: LookUps) {
            self.inbox = inbox
            self.lookUps = lookUps
        }
    }
}
