import Bytes
import Driver
import Locking
import Messages
import Runtime
import WebhookEngine

/// An engine with a ping that checks whether it answers.
protocol PingableEngine: EnginePort {
    /// Sends an event without a message; completes like a send.
    func ping(timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void)

    /// The use of its connection pool; nil if it has none.
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

/// The driver's port, behind which a host's engine can be replaced while the host runs.
///
/// A send in flight completes with the engine that it started with.
final class EngineSwitch: EnginePort {
    struct Connection: Sendable {
        let setting: EngineSetting
        let engine: any PingableEngine
    }

    /// The last error, and the latency of the last send.
    struct Health: Sendable {
        var lastError: (time: FileTime, detail: String)?
        var lastLatencyNanoseconds: UInt64?
    }

    private struct State {
        var connection: Connection
        /// The number of replacements so far.
        var generation: UInt64 = 0
        var health = Health()
    }

    private let state: Locked<State>
    /// The host's clock, for times and durations in answers.
    private let clock: any DriverClock
    /// The machine's clock: metrics show real time, even if the host's clock is stopped.
    private let machine = SystemClock()
    private let latency: LatencyHistogram

    init(_ connection: Connection, clock: any DriverClock, latency: LatencyHistogram) {
        state = Locked(State(connection: connection))
        self.clock = clock
        self.latency = latency
    }

    var setting: EngineSetting { state.withLock { $0.connection.setting } }
    var health: Health { state.withLock { $0.health } }
    /// The use of the engine's connection pool; nil if it has none.
    var pool: PoolUse? { current.engine.pool }

    func connect(_ connection: Connection) {
        let former = state.withLock { state in
            defer { state = State(connection: connection, generation: state.generation + 1) }
            return state.connection
        }
        // Released outside the lock, because deallocating an engine may take a while.
        _ = consume former
    }

    func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let (engine, generation) = current
        engine.send(message, timeout: timeout, completion: measured(by: engine, generation, completion))
    }

    /// Checks whether the engine answers, and passes on the time it took in nanoseconds.
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

    /// Wraps `completion` to record latency and errors. The wait for a connection does not count as the engine's time, and
    /// a send that never got one is not a measurement of the engine.
    private func measured(
        by engine: any PingableEngine, _ generation: UInt64,
        _ completion: @escaping @Sendable (EngineResult) -> Void
    ) -> @Sendable (EngineResult) -> Void {
        let started = clock.uptimeNanoseconds()
        let machineStarted = machine.uptimeNanoseconds()
        return { result in
            // Keeps a replaced engine alive until its last send has completed.
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
