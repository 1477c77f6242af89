import Bytes
import Driver
import DriverJSON
import Engines
import JSON
import Locking
import Messages
import Replay
import Runtime

/// A host of a case in this process.
final class LocalHost: ScenarioHost {
    let name: String
    let driver: Driver
    let clock: CaseClock
    /// The time at which its clock started.
    let startTime: FileTime
    private let engine: ReplaceableEngine
    /// Starts a replay of a recording onto this host.
    typealias Replaying =
        @Sendable (
            LocalHost, ReplayPlan, CallerTag, @escaping @Sendable (Result<ReplayOutcome, CallFailure>) -> Void
        ) -> Void

    private let replay: Replaying

    init(
        name: String, setting: EngineSetting, clock: CaseClock, startTime: FileTime, timers: any TimerQueue,
        workQueue: any WorkQueue, limits: DriverLimits,
        makeEngine: @escaping @Sendable (EngineSetting) -> any EnginePort,
        replay: @escaping Replaying
    ) {
        self.name = name
        self.clock = clock
        self.startTime = startTime
        self.replay = replay
        engine = ReplaceableEngine(setting, makeEngine)
        driver = Driver(
            limits: limits, engine: engine, clock: clock.driverClock, timers: timers, workQueue: workQueue,
            followerQueue: InlineWorkQueue())
    }

    /// The setting of its engine.
    var engineSetting: EngineSetting { engine.setting }

    /// Applies the settings of the host's creation.
    func set(up plan: HostPlan) {
        if let config = plan.config { driver.changeConfig { config.value.apply(to: &$0) } }
        if let policies = plan.rulePolicies { driver.rulePolicies = policies.value.items }
    }

    // MARK: - State

    func messages(after sequence: UInt64) -> [ObservedMessage] {
        var query = MessageQuery()
        query.after = sequence
        var found: [ObservedMessage] = []
        while true {
            let page = driver.messages(query, limit: 10_000)
            found += page.items.map { ObservedMessage($0) }
            guard page.hasMore, page.end > query.after else { return found }
            query.after = page.end
        }
    }

    func newestSequence() -> UInt64 {
        var query = MessageQuery()
        query.after = .max
        return driver.messages(query, limit: 1).newest
    }

    func process(_ processId: UInt32) -> ObservedProcess? { driver.process(processId).map { ObservedProcess($0) } }

    func processes(imageFileName: String?, limit: Int) -> [ObservedProcess] {
        var query = ProcessSearch.Query()
        query.imageFileName = imageFileName.map { ImageNamePattern($0) }
        var search = driver.processSearch(query, limit: limit)
        while true {
            if let outcome = search.advance() { return outcome.items.map { ObservedProcess($0) } }
        }
    }

    func thread(_ threadId: UInt32, of processId: UInt32) -> AuxTidCreationTime? {
        try? driver.thread(threadId, of: processId)
    }

    func threadCount(of processId: UInt32) -> Int {
        (try? driver.threads(of: processId, limit: .max - 1).items.count) ?? 0
    }

    func stream(_ id: UInt64) -> ObservedStream? {
        driver.streamContext(id).map { ObservedStream(fileName: $0.fileName, rules: .word($0.rules)) }
    }

    func loadedDrivers() -> [ObservedValue] {
        driver.loadedDrivers(limit: .max - 1).items.map { ObservedValue($0) }
    }

    func bootProcesses() -> [ObservedValue] { driver.bootProcesses.map { ObservedValue($0) } }

    func counters() -> ObservedValue { ObservedValue(driver.counters) }

    func queues() -> ObservedValue { ObservedValue(driver.queues(entries: 0)) }

    // MARK: - Calls

    func perform(
        _ call: HostCall, tag: StepTag, inBackground: Bool,
        completion: @escaping @Sendable (Result<CallOutcome, CallFailure>) -> Void
    ) {
        do throws(DriverError) {
            try start(call, CallerTag(tag.text)) { completion($0) }
        } catch {
            completion(.failure(.refused(Refusal(error))))
        }
    }

    private func start(
        _ call: HostCall, _ caller: CallerTag,
        completion: @escaping @Sendable (Result<CallOutcome, CallFailure>) -> Void
    ) throws(DriverError) {
        func done(_ set: (inout CallOutcome) -> Void = { _ in }) {
            var outcome = CallOutcome()
            set(&outcome)
            completion(.success(outcome))
        }
        switch call {
        case .createProcess(let body, let parent, let creator):
            var creation = body.value
            if let parent { creation.parentProcessId = parent }
            creation.creatorProcessId = creator
            try driver.createProcess(creation, caller: caller) { created in
                completion(.success(CallOutcome(created)))
            }
        case .exitProcess(let processId):
            let routines = try driver.exitProcess(processId, caller: caller)
            done { $0.routines = routines.map { ObservedRoutine($0) } }
        case .createThread(let body, let target, let creator):
            var creation = body.value
            creation.processId = target
            creation.creatorProcessId = creator
            try driver.createThread(creation, caller: caller) { created in
                var outcome = CallOutcome()
                outcome.routines = created.routines.map { ObservedRoutine($0) }
                outcome.thread = created.thread
                completion(.success(outcome))
            }
        case .deleteThread(let threadId, let processId):
            let routines = try driver.deleteThread(threadId, of: processId)
            done { $0.routines = routines.map { ObservedRoutine($0) } }
        case .loadImage(let body, let processId):
            var load = body.value
            load.processId = processId
            try driver.loadImage(load, caller: caller) { completion(.success(CallOutcome($0))) }
        case .loadDriver(let body):
            try driver.loadImage(body.value.imageLoad, caller: caller) { completion(.success(CallOutcome($0))) }
        case .createStream(let body):
            let stream = try driver.createStreamContext(fileName: body.value.fileName, rules: body.value.rules)
            done { $0.stream = stream.id }
        case .deleteStream(let id):
            try driver.deleteStreamContext(id)
            done()
        case .setRules(let processId, let change):
            _ = try driver.changeRules(of: processId, change.value)
            done()
        case .setFlags(let processId, let change):
            _ = try driver.changeFlags(of: processId, change.value)
            done()
        case .setStreamRules(let id, let change):
            _ = try driver.changeRules(ofStreamContext: id, change.value)
            done()
        case .setCommandLine(let processId, let commandLine):
            _ = try driver.setCurrentCommandLine(of: processId, UnicodeString(commandLine))
            done()
        case .notify(let isSync, let body): try notify(isSync, body, caller, completion)
        case .replay(let plan):
            replay(self, plan, caller) { result in
                completion(
                    result.map { replayed in
                        var outcome = CallOutcome()
                        outcome.replay = replayed
                        return outcome
                    })
            }
        case .worker(let command): try perform(command, caller, completion)
        case .setConfig(let change):
            driver.changeConfig { change.value.apply(to: &$0) }
            done()
        case .setEngine(let setting):
            engine.replace(by: setting.value)
            driver.engineChanged()
            done()
        case .setRulePolicies(let list):
            driver.rulePolicies = list.value.items
            done()
        case .settle: driver.awaitDrained { completion(.success(CallOutcome())) }
        }
    }

    private func perform(
        _ command: Action.Worker, _ caller: CallerTag,
        _ completion: @escaping @Sendable (Result<CallOutcome, CallFailure>) -> Void
    ) throws(DriverError) {
        switch command {
        case .pause, .run:
            try driver.setWorker(paused: command == .pause)
            completion(.success(CallOutcome()))
        case .drain:
            try driver.drainWorker(timeout: .century, caller: caller) { _ in completion(.success(CallOutcome())) }
        case .step(let count):
            try driver.stepWorker(count: count, caller: caller) { steps in
                var outcome = CallOutcome()
                outcome.messages = steps.map(\.record.message.sequence)
                completion(.success(outcome))
            }
        }
    }

    private func notify(
        _ isSync: Bool, _ body: JSONTree, _ caller: CallerTag,
        _ completion: @escaping @Sendable (Result<CallOutcome, CallFailure>) -> Void
    ) throws(DriverError) {
        let deliver: @Sendable (MessageRecord) -> Void = { record in
            var outcome = CallOutcome()
            outcome.messages = [record.message.sequence]
            outcome.routines = [ObservedRoutine(RoutineReport(of: record))]
            completion(.success(outcome))
        }
        if isSync {
            guard let request: SyncNotificationRequest = read(body, completion) else { return }
            try driver.sendSyncNotification(
                request.data(on: driver), processId: request.processId, ioPriority: request.ioPriority,
                caller: caller, completion: deliver)
        } else {
            guard let request: AsyncNotificationRequest = read(body, completion) else { return }
            deliver(
                try driver.sendAsyncNotification(
                    request.operation, request.body, processId: request.processId, highPriority: request.highPriority,
                    caller: caller))
        }
    }

    /// The request in `body`; nil after it was refused. Its names were replaced a moment ago, so it may be wrong only now.
    private func read<Request: JSONReadable>(
        _ body: JSONTree, _ completion: @Sendable (Result<CallOutcome, CallFailure>) -> Void
    ) -> Request? {
        do throws(JSONFaults) {
            return try JSONDocument.read(body.bytes) { Request($0) }
        } catch {
            let refusal = Refusal(problem: DriverProblem.invalidRequest.rawValue, detail: error.description)
            completion(.failure(.refused(refusal)))
            return nil
        }
    }
}

extension CallOutcome {
    init(_ created: ProcessCreationOutcome) {
        routines = created.routines.map { ObservedRoutine($0) }
        process = created.process?.identity
        isDenied = created.process == nil
    }

    init(_ reports: [RoutineReport]) { routines = reports.map { ObservedRoutine($0) } }
}

extension Refusal {
    init(_ error: DriverError) { self.init(problem: DriverProblem(error).rawValue, detail: error.description) }
}

/// The engine of a host, which a step can replace.
private final class ReplaceableEngine: EnginePort {
    private let make: @Sendable (EngineSetting) -> any EnginePort
    private let current: Locked<(setting: EngineSetting, engine: any EnginePort)>

    init(_ setting: EngineSetting, _ make: @escaping @Sendable (EngineSetting) -> any EnginePort) {
        self.make = make
        current = Locked((setting, make(setting)))
    }

    var setting: EngineSetting { current.withLock { $0.setting } }

    func replace(by setting: EngineSetting) {
        let engine = make(setting)
        current.withLock { $0 = (setting, engine) }
    }

    var batches: (any BatchPort)? { current.withLock { $0.engine }.batches }

    func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let engine = current.withLock { $0.engine }
        engine.send(message, timeout: timeout) { result in
            // A replaced engine lives until its last send has ended.
            withExtendedLifetime(engine) { completion(result) }
        }
    }
}
