import Bytes
import Driver
import Locking
import Messages
import Runtime
import WebhookEngine

/// An engine that can be asked whether it answers.
protocol PingableEngine: EnginePort {
    /// Sends an event without a message; ends like a send.
    func ping(timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void)

    /// How much of its pool of connections is in use; nil when it has none.
    var pool: PoolUse? { get }
}

extension EmbeddedEngine: PingableEngine {
    var pool: PoolUse? { nil }
}

extension DisconnectedEngine: PingableEngine {
    var pool: PoolUse? { nil }
}

extension WebhookEngine: PingableEngine {
    var pool: PoolUse? { poolUse }
}

/// The engine of a host: the driver's port, behind which the engine can be exchanged while the host runs.
///
/// A send that is under way ends with the engine that it began with.
final class EngineSwitch: EnginePort {
    struct Connection: Sendable {
        let setting: EngineSetting
        let engine: any PingableEngine
    }

    /// How the last sends went.
    struct Health: Sendable {
        var lastError: (time: FileTime, detail: String)?
        var lastLatencyNanoseconds: UInt64?
    }

    private struct State {
        var connection: Connection
        /// Counts the connections.
        var generation: UInt64 = 0
        var health = Health()
    }

    private let state: Locked<State>
    /// The host's: what answers tell is on it.
    private let clock: any DriverClock
    /// The machine's: what the metrics tell is real time, also while the host's clock stands still.
    private let machine = SystemClock()
    private let latency: LatencyHistogram

    init(_ connection: Connection, clock: any DriverClock, latency: LatencyHistogram) {
        state = Locked(State(connection: connection))
        self.clock = clock
        self.latency = latency
    }

    var setting: EngineSetting { state.withLock { $0.connection.setting } }
    var health: Health { state.withLock { $0.health } }
    /// How much of the engine's pool of connections is in use; nil when it has none.
    var pool: PoolUse? { current.engine.pool }

    func connect(_ connection: Connection) {
        let former = state.withLock { state in
            defer { state = State(connection: connection, generation: state.generation + 1) }
            return state.connection
        }
        // Let go outside the lock: an engine's end may take its time.
        _ = consume former
    }

    func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let (engine, generation) = current
        engine.send(message, timeout: timeout, completion: measured(by: engine, generation, completion))
    }

    /// Asks whether the engine answers.
    func ping(timeout: Duration, completion: @escaping @Sendable (EngineResult, UInt64) -> Void) {
        let (engine, generation) = current
        let started = clock.uptimeNanoseconds()
        engine.ping(
            timeout: timeout,
            completion: measured(by: engine, generation) { result in
                completion(result, self.clock.uptimeNanoseconds() &- started)
            })
    }

    private var current: (engine: any PingableEngine, generation: UInt64) {
        state.withLock { ($0.connection.engine, $0.generation) }
    }

    /// Time spent waiting for a connection is not the engine's; a send that never had one says nothing about the engine.
    private func measured(
        by engine: any PingableEngine, _ generation: UInt64,
        _ completion: @escaping @Sendable (EngineResult) -> Void
    ) -> @Sendable (EngineResult) -> Void {
        let started = clock.uptimeNanoseconds()
        let machineStarted = machine.uptimeNanoseconds()
        return { result in
            // The engine lives until its last send has ended, also when another one has taken its place.
            withExtendedLifetime(engine) {}
            let waited = result.waited.map { UInt64($0.nanoseconds) }
            if let waited {
                let spent = self.machine.uptimeNanoseconds() &- machineStarted
                self.latency.observe(nanoseconds: spent - min(spent, waited))
            }
            let spent = self.clock.uptimeNanoseconds() &- started
            let detail = result.fault ?? (result.status == .success ? nil : result.status.name)
            let time = self.clock.now()
            self.state.withLock { state in
                if state.generation != generation { return }
                if let waited { state.health.lastLatencyNanoseconds = spent - min(spent, waited) }
                if let detail { state.health.lastError = (time, detail) }
            }
            completion(result)
        }
    }
}
