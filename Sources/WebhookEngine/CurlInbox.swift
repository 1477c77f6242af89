import Curl
import Locking
import Synchronization

/// The commands that other threads send to a `CurlLoop`, its limits, and the multi handle that wakes it.
final class CurlInbox: Sendable {
    /// A command; they are performed in the order in which they were posted.
    enum Command: Sendable {
        case open(ClientID, Endpoint, host: String, PoolGauge)
        case send(TransferRequest, ClientID, Lane)
        case close(ClientID)
        case lookedUp(UInt64, String, Result<[IPAddress], LookUpFailure>)
    }

    private struct State {
        var commands: [Command] = []
        var isStopped = false
        var lastClient: UInt64 = 0
        var gauges: [Endpoint.Key: (gauge: PoolGauge, users: Int)] = [:]
    }

    /// Used by the loop's thread only; other threads only call `wakeUp()`.
    let multi: MultiHandle
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
        do throws(CurlFailure) {
            // Connections are cached in the shares of the handles. libcurl's default limit shrinks with the number of
            // requests and would close connections that are idle for a moment.
            multi = try MultiHandle(connections: connections)
        } catch {
            throw .library(error.text)
        }
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
            return (true, state.commands.count == 1)
        }
        if mustWake { multi.wakeUp() }
        if !accepted, case .send(let request, _, _) = command {
            request.end(unsent: .disconnected(CurlInbox.stopped))
        }
    }

    /// Makes the loop end after the commands posted so far.
    func stop() {
        let first = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        if first { multi.wakeUp() }
    }

    /// Takes the posted commands; `isLast` means that no more will follow.
    func take() -> (commands: [Command], isLast: Bool) {
        state.withLock { state in
            defer { state.commands = [] }
            return (state.commands, state.isStopped)
        }
    }

    /// The error of sends after the stop.
    static let stopped = "the service is stopping"
}
