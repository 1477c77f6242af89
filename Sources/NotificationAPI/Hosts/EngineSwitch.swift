import Bytes
import Driver
import Engines
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

extension EngineResult {
    /// Why the engine did not take the message; nil if it did.
    var failure: String? { status == .success ? nil : fault ?? status.name }
}

/// The driver's port, behind which a host's engine can be replaced while the host runs.
///
/// A send in flight completes with the engine that it started with.
final class EngineSwitch: EnginePort {
    struct Connection: Sendable {
        let setting: EngineSetting
        let engine: any PingableEngine
    }

    /// The last error, the last success, and the latency of the last send.
    struct Health: Sendable {
        var lastError: Failure?
        var lastSuccess: FileTime?
        var lastLatencyNanoseconds: UInt64?
        /// Whether the engine took the last message or ping; true before the first.
        var isUp = true
    }

    /// A message that the engine did not take, or whose reply was not taken.
    struct Failure: Sendable {
        let detail: String
        let time: FileTime
        /// The message; nil for a ping.
        let message: EngineMessage?
    }

    /// What an engine may fail at.
    enum Duty: Sendable {
        /// Taking messages.
        case delivery
        /// Replies that the driver understands.
        case reply
    }

    /// Reports that the engine begins to fail at a duty, or works again.
    typealias Report = @Sendable (Duty, EngineAlarm.Line, EngineSetting, _ detail: String) -> Void

    private struct State {
        var connection: Connection
        /// The number of replacements so far.
        var generation: UInt64 = 0
        var health = Health()
        var deliveries = EngineAlarm()
        var replies = EngineAlarm()
    }

    private let state: Locked<State>
    /// The host's clock, for times and durations in answers.
    private let clock: any DriverClock
    /// The machine's clock: metrics show real time, even if the host's clock is stopped.
    private let machine = SystemClock()
    private let latency: Histogram
    private let report: Report

    init(_ connection: Connection, clock: any DriverClock, latency: Histogram, report: @escaping Report) {
        self.report = report
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
        let measurement = measure(message, by: current)
        measurement.engine.send(message, timeout: timeout) { result in
            measurement.end(result)
            completion(result)
        }
    }

    var batches: (any BatchPort)? {
        let current = current
        return current.engine.batches.map { MeasuredBatches($0, of: current, port: self) }
    }

    /// Batches of the engine that is connected when they are asked for. A batch is measured as one send, that of its first
    /// message, but a failure is one of each message.
    private final class MeasuredBatches: BatchPort {
        private let batches: any BatchPort
        private let port: EngineSwitch
        private let engine: Current

        init(_ batches: any BatchPort, of engine: Current, port: EngineSwitch) {
            self.batches = batches
            self.port = port
            self.engine = engine
        }

        var limits: BatchLimits { batches.limits }

        func send(
            _ messages: [EngineMessage], timeout: Duration, completion: @escaping @Sendable ([EngineResult]) -> Void
        ) {
            let measurement = port.measure(messages[0], by: engine)
            batches.send(messages, timeout: timeout) { results in
                measurement.end(results[0], ofMessages: results.count)
                completion(results)
            }
        }
    }

    /// Checks whether the engine answers, and passes on the time it took in nanoseconds.
    func ping(timeout: Duration, completion: @escaping @Sendable (EngineResult, UInt64) -> Void) {
        let measurement = measure(nil, by: current)
        measurement.engine.ping(timeout: timeout) { result in
            measurement.end(result)
            completion(result, self.clock.uptimeNanoseconds() &- measurement.started)
        }
    }

    private typealias Current = (engine: any PingableEngine, generation: UInt64)

    private var current: Current {
        state.withLock { ($0.connection.engine, $0.generation) }
    }

    /// A send that is measured: latency and errors are recorded at its end.
    private struct Measurement: Sendable {
        let port: EngineSwitch
        /// Nil for a ping.
        let message: EngineMessage?
        let engine: any PingableEngine
        let generation: UInt64
        /// On the host's clock.
        let started: UInt64
        /// On the machine's clock.
        let machineStarted: UInt64

        /// The wait for a connection does not count as the engine's time, and a send that never got one is not a
        /// measurement of the engine.
        func end(_ result: EngineResult, ofMessages count: Int = 1) {
            // Keeps a replaced engine alive until its last send has completed.
            withExtendedLifetime(engine) {}
            let waited = result.waited.map { UInt64($0.nanoseconds) }
            if let waited {
                let spent = port.machine.uptimeNanoseconds() &- machineStarted
                port.latency.observe(nanoseconds: spent - min(spent, waited))
            }
            let spent = port.clock.uptimeNanoseconds() &- started
            port.note(result, of: message, count, latency: waited.map { spent - min(spent, $0) }, generation)
        }
    }

    /// Begins to measure a send of `message`, or a ping if it is nil.
    private func measure(_ message: EngineMessage?, by current: Current) -> Measurement {
        Measurement(
            port: self, message: message, engine: current.engine, generation: current.generation,
            started: clock.uptimeNanoseconds(), machineStarted: machine.uptimeNanoseconds())
    }

    /// Records whether the engine took `message`, the first of `count`, whether the driver takes its reply, and how long that took.
    private func note(
        _ result: EngineResult, of message: EngineMessage?, _ count: Int, latency: UInt64?, _ generation: UInt64
    ) {
        let time = clock.now()
        let isTaken = result.status == .success
        let readsReply = isTaken && message?.readsReply == true
        let mismatch = readsReply ? message?.reading(of: result.reply).fault : nil
        let detail = isTaken ? mismatch?.reason : result.failure
        let (setting, lines) = state.withLock { state in
            guard state.generation == generation else { return (nil as EngineSetting?, [(Duty, EngineAlarm.Line)]()) }
            var lines: [(Duty, EngineAlarm.Line)] = []
            state.health.isUp = isTaken
            if let latency { state.health.lastLatencyNanoseconds = latency }
            if let detail {
                state.health.lastError = Failure(detail: detail, time: time, message: message)
            } else {
                state.health.lastSuccess = time
            }
            if let line = isTaken ? state.deliveries.succeed(at: .now()) : state.deliveries.fail(count, at: .now()) {
                lines.append((.delivery, line))
            }
            if readsReply,
                let line = mismatch == nil ? state.replies.succeed(at: .now()) : state.replies.fail(at: .now())
            {
                lines.append((.reply, line))
            }
            return (lines.isEmpty ? nil : state.connection.setting, lines)
        }
        if let setting {
            for (duty, line) in lines { report(duty, line, setting, detail ?? "") }
        }
    }
}
