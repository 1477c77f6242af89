import Bytes
import Console
import Curl
import Dispatch
import Driver
import DriverJSON
import JSON
import Locking
import Messages
import Replay
import Scenarios

/// A host of a case on a service. Each call is one request.
final class ServerHost: ScenarioHost {
    let name: String
    private let api: HostAPI
    /// When the case must be done.
    private let end: Monotonic

    init(name: String, _ api: HostAPI, end: Monotonic) {
        self.name = name
        self.api = api
        self.end = end
    }

    // MARK: - State

    func messages(after sequence: UInt64) throws(HostFault) -> [ObservedMessage] {
        var messages: [ObservedMessage] = []
        var next = String(sequence)
        while true {
            let page = try page(after: next)
            messages += page.items
            guard let following = page.next else { return messages }
            next = following
        }
    }

    private func page(
        after sequence: String, limit: Int = 1000, waitMs: Int = 0
    ) throws(HostFault) -> HostAPI.Page<ObservedMessage> {
        let wait = waitMs == 0 ? "" : "&waitMs=\(waitMs)"
        return try api.get("/messages?after=\(sequence)&limit=\(limit)\(wait)") {
            HostAPI.Page($0) { ObservedMessage($0) }
        }
    }

    func newestSequence() throws(HostFault) -> UInt64 { try page(after: "\(UInt64.max)", limit: 1).newest }

    func process(_ processId: UInt32) throws(HostFault) -> ObservedProcess? {
        try api.find("/processes/\(processId)", missing: .unknownProcess) { ObservedProcess($0) }
    }

    func processes(imageFileName: String?, limit: Int) throws(HostFault) -> [ObservedProcess] {
        let filter = imageFileName.map { "&imageFileName=" + $0.percentEncoded } ?? ""
        return try api.get("/processes?limit=\(limit)\(filter)") { HostAPI.Page($0) { ObservedProcess($0) } }.items
    }

    func thread(_ threadId: UInt32, of processId: UInt32) throws(HostFault) -> AuxTidCreationTime? {
        guard try process(processId) != nil else { return nil }
        return try api.find("/processes/\(processId)/threads/\(threadId)", missing: .unknownThread) { thread in
            thread.required("creationTime") { $0.time() }.map {
                AuxTidCreationTime(threadId: threadId, creationTime: $0)
            }
        }
    }

    func threadCount(of processId: UInt32) throws(HostFault) -> Int {
        let path = "/processes/\(processId)/threads"
        return try api.list(path, missing: .unknownProcess) { $0.required("threadId") { $0.id() } }.count
    }

    func stream(_ id: UInt64) throws(HostFault) -> ObservedStream? {
        try api.find("/stream-contexts/\(id)", missing: .unknownStreamContext) { ObservedStream($0) }
    }

    func loadedDrivers() throws(HostFault) -> [ObservedValue] {
        try api.list("/drivers") { ObservedValue.loadedDriver($0) }
    }

    func bootProcesses() throws(HostFault) -> [ObservedValue] {
        try api.list("/boot-processes") { ObservedValue.bootProcess($0) }
    }

    func counters() throws(HostFault) -> ObservedValue { try api.get("/counters") { .counters($0) } }

    func queues() throws(HostFault) -> ObservedValue { try api.get("/queues?entries=0") { .queues($0) } }

    // MARK: - Calls

    func perform(
        _ call: HostCall, tag: StepTag, inBackground: Bool,
        completion: @escaping @Sendable (Result<CallOutcome, CallFailure>) -> Void
    ) {
        guard inBackground else {
            if let result = run(call, tag) { completion(result) }
            return
        }
        let isDone = Locked(false)
        do throws(HostFault) {
            let newest = try newestSequence()
            DispatchQueue(label: "wdfilterd.call").async { [self] in
                if let result = run(call, tag) { completion(result) }
                isDone.withLock { $0 = true }
            }
            try awaitArrival(of: tag, after: newest) { isDone.withLock { $0 } }
        } catch {
            // The call may go on, but the next steps could overtake it.
            completion(.failure(.failed(error)))
        }
    }

    /// How long to wait for a message before asking again which calls wait.
    private static let longestWaitMs = 50

    /// Waits until the call of a step has reached the driver: it made a message, it waits, or it is done.
    ///
    /// - Throws: if the service does not say so.
    private func awaitArrival(of tag: StepTag, after newest: UInt64, _ isDone: () -> Bool) throws(HostFault) {
        var (next, waitMs) = (String(newest), 1)
        while !isDone(), remaining > .zero {
            let page = try page(after: next, waitMs: waitMs)
            if page.items.contains(where: { $0.message.caller?.text == tag.text }) { return }
            if let last = page.items.last { next = String(last.sequence) }
            let waiting = try waitingCalls()
            if waiting.ids.contains(tag.text) { return }
            // It may be done in a moment, or never be listed.
            if waiting.isCut, waitMs == Self.longestWaitMs {
                throw HostFault("\(waiting.count) calls wait in the driver, more than the service lists")
            }
            waitMs = min(2 * waitMs, Self.longestWaitMs)
        }
    }

    /// Requests that wait in the driver.
    private struct WaitingCalls {
        let count: Int
        /// Whether the service lists only the first ones.
        let isCut: Bool
        /// The ids of the listed requests; some have no id.
        let ids: [String]

        init?(_ queues: JSONObject) {
            let waiting = queues.required("waiting") { $0.openObject() }
            let count = waiting?.required("count") { $0.int(in: 0...Int.max) }
            let entries = waiting?.required("entries") { $0.array(maxCount: .max) }
            guard let count, let entries else { return nil }
            self.count = count
            isCut = entries.count < count
            ids = entries.compactMap { $0.openObject()?.optional("requestId") { $0.string() } }
        }
    }

    private func waitingCalls() throws(HostFault) -> WaitingCalls {
        try api.get("/queues?entries=1000") { WaitingCalls($0) }
    }

    private var remaining: Duration {
        let now = Monotonic.now()
        return now < end ? end - now : .zero
    }

    /// Makes a call; nil if the time of the case is over.
    private func run(_ call: HostCall, _ tag: StepTag) -> Result<CallOutcome, CallFailure>? {
        do throws(HostAPI.Stop) {
            var outcome = CallOutcome()
            try make(call, tag, &outcome)
            return .success(outcome)
        } catch {
            switch error {
            case .failure(let failure): return .failure(failure)
            case .timeOver: return nil
            }
        }
    }

    private func make(_ call: HostCall, _ tag: StepTag, _ outcome: inout CallOutcome) throws(HostAPI.Stop) {
        switch call {
        case .createProcess(let body, let parent, let creator):
            let ids = [("parentProcessId", parent), ("creatorProcessId", creator)]
            let (routines, process) = try send("POST", "/processes?explain=true", body.json.adding(ids), tag) {
                answer in
                ObservedRoutine.list(answer).map { ($0, answer.optional("process") { $0.identity() }) }
            }
            outcome.routines = routines
            outcome.process = process
            outcome.isDenied = process == nil
        case .exitProcess(let processId):
            outcome.routines = try routines("DELETE", "/processes/\(processId)?explain=true", nil, tag)
        case .createThread(let body, let target, let creator):
            let path = "/processes/\(target)/threads?explain=true"
            let (routines, thread) = try send("POST", path, body.json.adding([("creatorProcessId", creator)]), tag) {
                answer in
                ObservedRoutine.list(answer).map { ($0, answer.required("thread") { $0.threadIdentity() }) }
            }
            outcome.routines = routines
            outcome.thread = thread
        case .deleteThread(let threadId, let processId):
            let path = "/processes/\(processId)/threads/\(threadId)?explain=true"
            outcome.routines = try routines("DELETE", path, nil, tag)
        case .loadImage(let body, let processId):
            outcome.routines = try routines("POST", "/processes/\(processId)/images?explain=true", body.json, tag)
        case .loadDriver(let body):
            outcome.routines = try routines("POST", "/drivers?explain=true", body.json, tag)
        case .createStream(let body):
            outcome.stream = try send("POST", "/stream-contexts", body.json, tag) { answer in
                answer.required("id") { $0.string() }.flatMap { UInt64($0) }
            }
        case .deleteStream(let id): try send("DELETE", "/stream-contexts/\(id)", nil, tag)
        case .setRules(let processId, let body):
            try send(body.value.method, "/processes/\(processId)/rules", body.json, tag)
        case .setFlags(let processId, let body):
            try send(body.value.method, "/processes/\(processId)/flags", body.json, tag)
        case .setStreamRules(let id, let body):
            try send(body.value.method, "/stream-contexts/\(id)/rules", body.json, tag)
        case .setCommandLine(let processId, let text):
            let body = JSONTree.object([.init("commandLine", .string(text))])
            try send("PUT", "/processes/\(processId)/command-line", body, tag)
        case .notify(let isSync, let body):
            let path = "/notifications/" + (isSync ? "sync" : "async")
            let sequence = try send("POST", path, body, tag) { answer in
                answer.required("message") { $0.sequence() }
            }
            outcome.messages = [sequence]
            outcome.routines = [
                ObservedRoutine(
                    isSync ? .sendSyncMonitorNotification : .asyncSendNotification, checks: [], messages: [sequence])
            ]
        case .replay(let plan): outcome.replay = try replay(plan, tag)
        case .worker(let command): try perform(command, tag, &outcome)
        case .setConfig(let body): try send("PATCH", "/config", body.json, tag)
        case .setEngine(let body): try send("PUT", "/engine", body.json, tag)
        case .setRulePolicies(let body): try send("PUT", "/rule-policies", body.json, tag)
        case .settle(let bound): try settle(within: bound, tag)
        }
    }

    private func perform(
        _ command: Action.Worker, _ tag: StepTag, _ outcome: inout CallOutcome
    ) throws(HostAPI.Stop) {
        switch command {
        case .pause, .run:
            let state = JSONTree.string(command == .pause ? "paused" : "running")
            try send("PUT", "/worker", .object([.init("state", state)]), tag)
        case .drain: while try !drain(within: .seconds(60), tag) {}
        case .step(let count):
            let body = JSONTree.object([.init("count", .integer(count))])
            outcome.messages = try send("POST", "/worker/steps", body, tag) { answer in
                answer.required("messages") { $0.array(maxCount: .max) }?.compactMap { $0.sequence() }
            }
        }
    }

    /// Waits until the worker has nothing to do; false if `bound`, at most a minute, is over.
    private func drain(within bound: Duration, _ tag: StepTag) throws(HostAPI.Stop) -> Bool {
        let body = JSONTree.object([.init("timeoutMs", .integer(bound.milliseconds))])
        return try send("POST", "/worker/drain", body, tag) { $0.required("drained") { $0.bool() } }
    }

    private func settle(within bound: Duration, _ tag: StepTag) throws(HostAPI.Stop) {
        let end = Monotonic.now() + bound
        do throws(HostAPI.Stop) {
            while true {
                let now = Monotonic.now()
                if try drain(within: min(now < end ? end - now : .zero, .seconds(60)), tag) { return }
                if Monotonic.now() >= end { throw .timeOver }
            }
        } catch {
            // A worker that is paused or stopped does not go on.
            if case .failure(.refused) = error { return }
            throw error
        }
    }

    private func replay(_ plan: ReplayPlan, _ tag: StepTag) throws(HostAPI.Stop) -> ReplayOutcome {
        let upload: RecordingUpload
        do throws(HostFault) {
            upload = try RecordingUpload(plan, end: end, isInterrupted: api.connections.isInterrupted)
        } catch {
            throw HostAPI.Stop(error)
        }
        do throws(HostAPI.Stop) {
            return try api.call(
                "POST", "/events?" + upload.query, .lines { upload.next() }, id: tag.text, timeout: remaining
            ) { ReplayOutcome(EventsReport($0)) }
        } catch {
            throw upload.stop ?? error
        }
    }

    private func routines(
        _ method: String, _ path: String, _ body: JSONTree?, _ tag: StepTag
    ) throws(HostAPI.Stop) -> [ObservedRoutine] {
        try send(method, path, body, tag) { ObservedRoutine.list($0) }
    }

    private func send<Value>(
        _ method: String, _ path: String, _ body: JSONTree?, _ tag: StepTag, _ read: (JSONObject) -> Value?
    ) throws(HostAPI.Stop) -> Value {
        try api.call(
            method, path, body.map { .json($0.bytes) } ?? .none, id: tag.text, timeout: remaining, read)
    }

    private func send(
        _ method: String, _ path: String, _ body: JSONTree?, _ tag: StepTag
    ) throws(HostAPI.Stop) {
        try api.call(method, path, body.map { .json($0.bytes) } ?? .none, id: tag.text, timeout: remaining)
    }
}

extension JSONTree {
    /// The object with a member for each id that there is.
    fileprivate func adding(_ ids: [(name: String, id: UInt32?)]) -> JSONTree {
        guard case .object(let members) = self else { return self }
        return .object(members + ids.compactMap { id in id.id.map { Member(id.name, .integer($0)) } })
    }
}

extension WordChange {
    /// The method of the request for it.
    fileprivate var method: String {
        switch self {
        case .replace: "PUT"
        case .modify: "PATCH"
        }
    }
}

extension JSONValue {
    /// The identity of a process that was created.
    fileprivate func identity() -> AuxPidCreationTime? {
        guard let object = openObject(), let id = object.required("processId", { $0.id() }),
            let time = object.required("creationTime", { $0.time() })
        else { return nil }
        return AuxPidCreationTime(processId: id, creationTime: time)
    }

    /// The identity of a thread that was created.
    fileprivate func threadIdentity() -> AuxTidCreationTime? {
        guard let object = openObject(), let id = object.required("threadId", { $0.id() }),
            let time = object.required("creationTime", { $0.time() })
        else { return nil }
        return AuxTidCreationTime(threadId: id, creationTime: time)
    }

    /// The sequence of a message.
    fileprivate func sequence() -> UInt64? {
        openObject()?.required("sequence") { $0.unsigned(in: 1...UInt64.max) }
    }
}
