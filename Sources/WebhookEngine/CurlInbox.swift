import Curl
import Locking
import Synchronization

/// The commands that other threads send to a `CurlLoop`, its limits, and the multi handle, with which they wake it.
final class CurlInbox: Sendable {
    /// Something to do, in the order it was asked for.
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

    /// Only the loop's thread uses it; the others wake that up.
    let multi: MultiHandle
    /// Where it may connect to.
    let rules: EgressRules
    /// Most connections to one endpoint.
    let connections: Int
    /// How long the addresses of a name are used, in seconds.
    let addressLifetime: Int
    /// Messages whose time was over before a connection was free.
    let withoutConnection = Atomic<UInt64>(0)
    /// Pings that were sent.
    let pings = Atomic<UInt64>(0)
    private let state = Locked(State())

    init(by rules: EgressRules, connections: Int, addressLifetime: Int) throws(WebhookEngineError) {
        self.rules = rules
        self.addressLifetime = addressLifetime
        self.connections = connections
        do throws(CurlFailure) {
            // Connections are cached in the shares of the handles. With fewer, libcurl's own limit, which falls with the
            // number of requests, would close those that are idle for a moment.
            multi = try MultiHandle(connections: connections)
        } catch {
            throw .library(error.text)
        }
    }

    /// A new, unique name for a client of `endpoint`, and the gauge of the pool.
    func makeClient(of endpoint: Endpoint.Key) -> (ClientID, PoolGauge) {
        state.withLock { state in
            state.lastClient += 1
            let gauge = state.gauges[endpoint]?.gauge ?? PoolGauge()
            state.gauges[endpoint] = (gauge, (state.gauges[endpoint]?.users ?? 0) + 1)
            return (ClientID(number: state.lastClient), gauge)
        }
    }

    /// Takes note that a client of `endpoint` is gone.
    func forgetClient(of endpoint: Endpoint.Key) {
        state.withLock { state in
            guard let entry = state.gauges[endpoint] else { return }
            state.gauges[endpoint] = entry.users > 1 ? (entry.gauge, entry.users - 1) : nil
        }
    }

    /// Hands a command over; after the stop, sends end here.
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

    /// Makes the loop end after what has been posted so far.
    func stop() {
        let first = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        if first { multi.wakeUp() }
    }

    /// Takes what has been posted; `isLast` when nothing will follow.
    func take() -> (commands: [Command], isLast: Bool) {
        state.withLock { state in
            defer { state.commands = [] }
            return (state.commands, state.isStopped)
        }
    }

    /// Why a send fails after the stop.
    static let stopped = "the service stops"
}
