import Console
import Driver
import DriverJSON
import Engines
import Locking
import Messages
import NotificationAPI
import Replay
import Runtime
import Settings
import WebhookEngine

/// The drivers of a replay in this process, one per machine.
final class ReplayMachines: Sendable {
    /// The time and the engine of the drivers.
    private enum Environment: Sendable {
        /// Virtual times with an embedded engine, nil for none.
        case virtual(MachineTimes, EmbeddedEngine.Behavior?)
        case real(DispatchTimerQueue, WebhookThread, WebhookConfiguration)
    }

    let ledger: DeliveryLedger
    /// Nil if events are applied as fast as possible.
    let pacer: Pacer?
    private let environment: Environment
    /// What each driver begins with.
    let defaults: HostDefaults
    private let speed: Double?
    /// The clock that all hosts share at a pace in real time; else nil.
    private let sharedClock: RecordingClock?
    private let entries = Locked<[(machine: String?, name: String, driver: Driver)]>([])

    /// Prepares the drivers. Each message that has ended goes to `messages`. With `lists`, the losses and the processes are listed.
    init(
        _ setup: ReplaySetup, _ pace: ReplayPace, messages: MessagesFile? = nil, lists: Bool = true
    ) throws(CommandFailure) {
        defaults = setup.defaults
        let onEnding: (@Sendable (DeliveryLedger.Ending) -> Void)? =
            if let messages { { ending in messages.add(ending) } } else { nil }
        ledger = DeliveryLedger(measuresDelays: pace != .asap, lists: lists, onEnding: onEnding)
        speed = if case .speed(let speed) = pace { speed } else { nil }
        environment = try ReplayMachines.environment(setup.settings, defaults.engine, isPaced: speed != nil)
        switch (speed, environment) {
        case (nil, _): (pacer, sharedClock) = (nil, nil)
        case (let speed?, .virtual(let times, _)):
            pacer = Pacer(speed: speed) { machine in
                let time = times.turn(to: machine)
                return Pacer.Time(clock: RecordingClock(.events, over: time), timers: time)
            }
            sharedClock = nil
        case (let speed?, .real(let timers, _, _)):
            pacer = Pacer(speed: speed, time: Pacer.Time(clock: SystemClock(), timers: timers))
            sharedClock = RecordingClock(.running(speed: speed), over: timers)
        }
    }

    private static func environment(
        _ settings: Settings, _ engine: EngineSetting, isPaced: Bool
    ) throws(CommandFailure) -> Environment {
        switch engine {
        case .none: return .virtual(MachineTimes(isShared: !isPaced), nil)
        case .embedded(let behavior): return .virtual(MachineTimes(isShared: !isPaced), behavior)
        case .webhook(let configuration):
            let webhooks: WebhookThread
            do throws(WebhookEngineError) {
                webhooks = try WebhookThread(settings.egress, connections: settings.engineConnections)
            } catch {
                throw CommandFailure(status: .failed, message: "libcurl failed to start: \(error)")
            }
            try check(configuration, webhooks)
            return .real(DispatchTimerQueue(), webhooks, configuration)
        }
    }

    /// The engine, as the subject of a sentence.
    var engineName: String { EngineName.of(defaults.engine) }

    /// The virtual times that a waiting thread must advance; nil in real time.
    var virtualTimes: MachineTimes? {
        switch environment {
        case .virtual(let times, _): times
        case .real: nil
        }
    }

    /// The hosts by machine.
    var hosts: [String?: ReplayHost] {
        entries.withLock { $0 }.reduce(into: [:]) { hosts, entry in
            hosts[entry.machine] = ReplayHost(name: entry.name, isCreated: true)
        }
    }

    /// The driver for a machine.
    func target(of machine: String?) -> EventTarget? {
        let taken = entries.withLock { $0.map(\.name) }
        let name = machine.map { ReplayHost.name(of: $0, besides: taken) } ?? "default"
        guard let name else { return nil }
        let (driver, target) = make(name, of: machine)
        _ = driver.observe(ledger.observer(machine: machine))
        driver.rulePolicies = defaults.rulePolicies
        entries.withLock { $0.append((machine, name, driver)) }
        return target
    }

    private func make(_ name: String, of machine: String?) -> (Driver, EventTarget) {
        func driver(_ engine: any EnginePort, _ clock: any DriverClock, _ timers: any TimerQueue) -> Driver {
            Driver(
                config: defaults.config, limits: defaults.limits, engine: engine, clock: clock, timers: timers,
                workQueue: InlineWorkQueue(), followerQueue: InlineWorkQueue())
        }
        switch environment {
        case .virtual(let times, let behavior):
            let time = times.time(of: machine)
            let clock = RecordingClock(speed.map { .running(speed: $0) } ?? .events, over: time)
            let engine: any EnginePort =
                if let behavior { EmbeddedEngine(behavior, timers: time) } else { DisconnectedEngine() }
            let driver = driver(engine, clock, time)
            let target = EventTarget(driver: driver, onEventTime: clock.advance) { clock.make($0, completion: $1) }
            return (driver, target)
        case .real(let timers, let webhooks, let configuration):
            let engine = WebhookEngine(
                configuration: configuration, origin: EventOrigin(host: name), version: Version.current,
                thread: webhooks, clock: SystemClock())
            // Native lines have no times that a clock could run with.
            if let clock = sharedClock, machine != nil {
                let driver = driver(engine, clock, timers)
                return (driver, EventTarget(driver: driver, onEventTime: clock.advance))
            }
            let clock = HostClock(.events)
            let driver = driver(engine, clock, timers)
            let target = EventTarget(driver: driver, onEventTime: clock.advance) { step, completion in
                clock.make(step)
                completion(nil)
            }
            return (driver, target)
        }
    }

    /// Lets the workers send what is still queued.
    func settle() {
        for driver in entries.withLock({ $0.map(\.driver) }) {
            let signal = ReplaySignal()
            driver.awaitDrained { signal.fire() }
            _ = signal.wait(in: virtualTimes)
        }
    }

    /// Refuses a webhook that does not take a ping.
    private static func check(_ configuration: WebhookConfiguration, _ webhooks: WebhookThread) throws(CommandFailure) {
        let engine = WebhookEngine(
            configuration: configuration, origin: EventOrigin(host: "default"), version: Version.current,
            thread: webhooks, clock: SystemClock())
        let answer = Deadline<EngineResult>()
        engine.ping(timeout: .seconds(5)) { answer.put($0) }
        let result = answer.take(within: .seconds(6)) ?? EngineResult(status: .timeout)
        if result.status != .success {
            throw CommandFailure(status: .failed, message: "the engine \(result.faultOfPing)")
        }
    }
}

extension RecordingClock {
    /// Makes the step of a `clock` line. An advance lets virtual time pass: whatever is due meanwhile happens.
    fileprivate func make(_ step: ClockStep, completion: @escaping @Sendable (ClockRefusal?) -> Void) {
        switch step {
        case .system: completion(.virtualTime)
        case .events: completion(nil)  // the only mode
        case .manual(let now):
            set(now)
            completion(nil)
        case .advance(let milliseconds): advance(by: .milliseconds(milliseconds)) { completion(nil) }
        }
    }
}
