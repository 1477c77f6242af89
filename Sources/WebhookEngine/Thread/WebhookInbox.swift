import Locking
import Synchronization

/// The commands that other threads have for a `WebhookLoop`, its limits, and the sockets whose bell wakes its thread.
final class WebhookInbox: Sendable {
    /// A command; they are performed in the order in which they were posted.
    enum Command: Sendable {
        case open(ClientID, Endpoint, host: String, PoolGauge)
        case send(TransferRequest, ClientID, Lane)
        case close(ClientID)
        case lookedUp(UInt64, String, Result<[IPAddress], LookUpFailure>)
    }

    private struct State {
        var commands: [Command] = []
        /// Whether the thread sleeps and nobody else can take the commands.
        var isAsleep = false
        var isStopped = false
        var lastClient: UInt64 = 0
        var gauges: [Endpoint.Key: (gauge: PoolGauge, users: Int)] = [:]
    }

    /// The sockets of the loop.
    let sockets: EngineSockets
    /// The addresses that may be connected to.
    let rules: EgressRules
    /// Connection limit per endpoint.
    let connections: Int
    /// How long addresses of a name are cached, in seconds.
    let addressLifetime: Int
    /// Messages that timed out before a connection was free.
    let withoutConnection = Atomic<UInt64>(0)
    /// Number of pings sent.
    let pings = Atomic<UInt64>(0)
    private let state = Locked(State())

    init(by rules: EgressRules, connections: Int, addressLifetime: Int) throws(WebhookEngineError) {
        self.rules = rules
        self.addressLifetime = addressLifetime
        self.connections = connections
        sockets = try EngineSockets(connections: connections)
    }

    /// A new client ID for `endpoint`, and the gauge of its pool.
    func makeClient(of endpoint: Endpoint.Key) -> (ClientID, PoolGauge) {
        state.withLock { state in
            state.lastClient += 1
            let gauge = state.gauges[endpoint]?.gauge ?? PoolGauge()
            state.gauges[endpoint] = (gauge, (state.gauges[endpoint]?.users ?? 0) + 1)
            return (ClientID(number: state.lastClient), gauge)
        }
    }

    /// Removes a client of `endpoint`.
    func removeClient(of endpoint: Endpoint.Key) {
        state.withLock { state in
            guard let entry = state.gauges[endpoint] else { return }
            state.gauges[endpoint] = entry.users > 1 ? (entry.gauge, entry.users - 1) : nil
        }
    }

    /// Adds a command; returns false after `stop()`.
    func add(_ command: Command) -> Bool {
        state.withLock { state in
            if !state.isStopped { state.commands.append(command) }
            return !state.isStopped
        }
    }

    /// Whether all commands have been taken.
    var isEmpty: Bool { state.withLock { $0.commands.isEmpty } }

    /// Exchanges the commands for an empty list, whose memory is used again; returns whether no more will follow.
    func take(_ commands: inout [Command]) -> Bool {
        state.withLock { state in
            swap(&state.commands, &commands)
            return state.isStopped
        }
    }

    /// Notes that the thread will sleep with the loop, unless there are commands.
    func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.commands.isEmpty && !state.isStopped
            return state.isAsleep
        }
    }

    /// Wakes the thread if it sleeps with the loop.
    func wakeThread() {
        let isAsleep = state.withLock { state in
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if isAsleep { sockets.poll.ring() }
    }

    /// Makes the thread end after the commands added so far.
    func stop() {
        state.withLock { $0.isStopped = true }
        sockets.poll.ring()
    }

    /// The error of sends after the stop.
    static let stopped = "the service is stopping"
}
