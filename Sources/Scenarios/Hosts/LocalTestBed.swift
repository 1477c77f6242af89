public import Driver
import DriverJSON
public import Engines
import Locking
public import Messages
import Replay
public import Runtime

/// Hosts in this process, in virtual time or in the machine's.
public final class LocalTestBed: TestBed {
    /// Opens the recording of a replay.
    public typealias OpenRecording = @Sendable (ReplayPlan) throws(HostFault) -> any RecordedLines
    /// Creates the engine of a host that has one behind a URL.
    public typealias MakeWebhook = @Sendable (EngineSetting, _ host: String) -> any EnginePort

    /// The time of all its hosts.
    public let time: any CaseTime
    private let timers: any TimerQueue
    private let engine: EngineSetting
    private let makeWebhook: MakeWebhook
    private let openRecording: OpenRecording
    private let hosts = Locked<[LocalHost]>([])

    /// Connects no engine.
    public static let noWebhook: MakeWebhook = { _, _ in DisconnectedEngine() }

    /// A test bed in virtual time.
    ///
    /// - Parameter engine: the engine of hosts whose plan sets none.
    public convenience init(engine: EngineSetting = .embedded(.init()), openRecording: @escaping OpenRecording) {
        let time = VirtualTime()
        self.init(
            engine: engine, time: VirtualCaseTime(time: time), timers: time, openRecording: openRecording,
            makeWebhook: LocalTestBed.noWebhook)
    }

    /// A test bed in the machine's time.
    public convenience init(
        engine: EngineSetting, timers: any TimerQueue, openRecording: @escaping OpenRecording,
        makeWebhook: @escaping MakeWebhook
    ) {
        self.init(
            engine: engine, time: RealCaseTime(interval: .milliseconds(2)), timers: timers,
            openRecording: openRecording, makeWebhook: makeWebhook)
    }

    private init(
        engine: EngineSetting, time: any CaseTime, timers: any TimerQueue, openRecording: @escaping OpenRecording,
        makeWebhook: @escaping MakeWebhook
    ) {
        self.engine = engine
        self.time = time
        self.timers = timers
        self.openRecording = openRecording
        self.makeWebhook = makeWebhook
    }

    /// Another in virtual time; nil in the machine's.
    public func another() -> (any TestBed)? {
        time.isVirtual ? LocalTestBed(engine: engine, openRecording: openRecording) : nil
    }

    /// Creates a driver.
    public func makeHost(_ plan: HostPlan, startingAt start: FileTime) -> any ScenarioHost {
        makeLocalHost(plan, engine: plan.engine?.value ?? engine, startingAt: start)
    }

    private func makeLocalHost(
        _ plan: HostPlan, engine: EngineSetting, startingAt start: FileTime
    ) -> LocalHost {
        let virtual = (time as? VirtualCaseTime)?.time
        let clock = virtual.map { CaseClock.virtual(RecordingClock(startingAt: start, over: $0)) } ?? .real(HostClock())
        let name = plan.name
        let host = LocalHost(
            name: name, setting: engine, clock: clock, startTime: start, timers: timers,
            workQueue: InlineWorkQueue(), limits: LocalTestBed.limits,
            makeEngine: { [timers, makeWebhook] setting in
                switch setting {
                case .embedded(let behavior): EmbeddedEngine(behavior, timers: timers)
                case .none: DisconnectedEngine()
                case .webhook: makeWebhook(setting, name)
                }
            },
            replay: { [self] host, plan, caller, completion in
                self.replay(plan, on: host, caller, completion: completion)
            })
        host.set(up: plan)
        hosts.withLock { $0.append(host) }
        return host
    }

    /// A run keeps all messages of a case: an expectation may be about any of them.
    private static let limits: DriverLimits = {
        var limits = DriverLimits()
        limits.journalCapacity = 8_000_000
        limits.journalBytes = 4 << 30
        limits.keepNothingForReaders()
        return limits
    }()

    /// Unloads all drivers.
    public func removeHosts() {
        let all = hosts.withLock { hosts in
            defer { hosts = [] }
            return hosts
        }
        for host in all { host.driver.unload { _ in } }
    }

    private func replay(
        _ plan: ReplayPlan, on host: LocalHost, _ caller: CallerTag,
        completion: @escaping @Sendable (Result<ReplayOutcome, CallFailure>) -> Void
    ) {
        do throws(HostFault) {
            let lines = try openRecording(plan)
            RecordingReplay(plan, lines, timers: timers, caller: caller) { [self] machine in
                self.target(of: machine, plan, host)
            }.start(completion: completion)
        } catch {
            completion(.failure(.failed(error)))
        }
    }

    /// The host for the events of a machine, as `plan` wants it.
    private func target(of machine: String?, _ plan: ReplayPlan, _ host: LocalHost) -> LocalHost? {
        switch plan.machines {
        case .first, .named: return host
        case .mapped(let map):
            guard let name = machine.flatMap({ map[$0] }) else { return nil }
            return hosts.withLock { $0.first { $0.name == name } }
        case .all:
            guard let machine else { return host }
            let new = makeLocalHost(
                HostPlan(name: machine), engine: host.engineSetting, startingAt: host.startTime)
            new.driver.changeConfig { $0 = host.driver.config }
            new.driver.rulePolicySet = host.driver.rulePolicySet
            return new
        }
    }
}
