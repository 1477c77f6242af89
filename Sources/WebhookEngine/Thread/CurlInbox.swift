import Locking
import Synchronization

/// The commands that other threads send to a `CurlLoop`, its limits, and the sockets whose bell wakes it.
final class CurlInbox: Sendable {
    /// A command; they are performed in the order in which they were posted.
    enum Command: Sendable {
        case open(ClientID, Endpoint, host: String, PoolGauge)
        case send(TransferRequest, ClientID, Lane)
        case close(ClientID)
        case lookedUp(UInt64, String, Result<[IPAddress], LookUpFailure>)
    }

    /// What the loop has to do.
    enum Work {
        /// These commands.
        case commands([Command])
        /// Nothing: it may sleep until the bell rings.
        case sleep
        /// These commands, which are the last.
        case end([Command])
    }

    private struct State {
        var commands: [Command] = []
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

    /// Queues a command for the loop. After `stop()`, sends fail at once and other commands are ignored.
    func post(_ command: Command) {
        let (accepted, mustWake) = state.withLock { state in
            guard !state.isStopped else { return (false, false) }
            state.commands.append(command)
            defer { state.isAsleep = false }
            return (true, state.isAsleep)
        }
        if mustWake { sockets.poll.ring() }
        if !accepted, case .send(let request, _, _) = command {
            request.end(unsent: .disconnected(CurlInbox.stopped))
        }
    }

    /// Makes the loop end after the commands posted so far.
    func stop() {
        let mustWake = state.withLock { state in
            defer { (state.isStopped, state.isAsleep) = (true, false) }
            return state.isAsleep
        }
        if mustWake { sockets.poll.ring() }
    }

    /// Takes the posted commands. After `sleep` the next command rings the bell.
    func take() -> Work {
        state.withLock { state in
            let commands = state.commands
            state.commands = []
            if state.isStopped { return .end(commands) }
            state.isAsleep = commands.isEmpty
            return commands.isEmpty ? .sleep : .commands(commands)
        }
    }

    /// The error of sends after the stop.
    static let stopped = "the service is stopping"
}
