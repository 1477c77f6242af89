import Bytes
import Driver
import DriverJSON
import JSON
import Messages

// Names become pids, and outcomes become names.
extension CaseRun {
    /// Why an action has no call.
    enum Unresolved: Error {
        /// The scenario is at fault: a phrase.
        case wrong(String)
        /// The step cannot be performed, as if its host had refused it.
        case refused(Refusal)
        /// The host failed.
        case failed(HostFault)
    }

    /// The call of an action.
    func resolve(_ action: Action) throws(Unresolved) -> HostCall {
        switch action {
        case .createProcess(let creation):
            return .createProcess(
                creation.creation, parent: try optional(creation.parent),
                creator: try optional(creation.creator))
        case .exitProcess(let process): return .exitProcess(try processId(named: process))
        case .createThread(let creation):
            return .createThread(
                creation.creation, target: try processId(named: creation.target),
                creator: try optional(creation.creator))
        case .deleteThread(let reference):
            guard case .named(let name) = reference, let thread = names.threads[name] else {
                throw .wrong("the thread \(reference) was not created")
            }
            try check(thread, called: name)
            return .deleteThread(thread.identity.threadId, of: thread.processId)
        case .loadImage(let process, let load): return .loadImage(load, by: try processId(named: process))
        case .loadDriver(let load): return .loadDriver(load)
        case .createStream(_, let creation): return .createStream(creation)
        case .deleteStream(let name): return .deleteStream(try streamId(name))
        case .setRules(let process, let change): return .setRules(of: try processId(named: process), change)
        case .setFlags(let process, let change): return .setFlags(of: try processId(named: process), change)
        case .setStreamRules(let stream, let change): return .setStreamRules(of: try streamId(stream), change)
        case .setCommandLine(let process, let text): return .setCommandLine(of: try processId(named: process), text)
        case .notify(let notify): return .notify(isSync: notify.isSync, try body(of: notify))
        case .replay(let replay): return .replay(replay)
        case .worker(let command): return .worker(command)
        case .setConfig(let change): return .setConfig(change)
        case .setEngine(let setting): return .setEngine(setting)
        case .setRulePolicies(let list): return .setRulePolicies(list)
        case .findProcess, .wait, .waitUntil, .await, .repeat: preconditionFailure("\(action) is not a call")
        }
    }

    private func optional(_ reference: Reference?) throws(Unresolved) -> UInt32? {
        guard let reference else { return nil }
        return try processId(named: reference)
    }

    /// The pid of a process that a step uses. A name means one process: once that has exited, nothing has the name.
    private func processId(named reference: Reference) throws(Unresolved) -> UInt32 {
        switch reference {
        case .id(let processId): return processId
        case .named(let name):
            guard let named = names.processes[name] else { throw .wrong(absence(ofProcess: name)) }
            guard let identity = named.identity else {
                throw .wrong("the engine denied the process \(name) in step \(named.step)")
            }
            if let exit = named.exit {
                throw .refused(
                    Refusal(
                        problem: DriverProblem.unknownProcess.rawValue,
                        detail: "the process \(name) has exited in step \(exit); its pid was \(identity.processId)"))
            }
            return identity.processId
        }
    }

    /// Refuses a thread that has ended: another one may have its tid.
    private func check(_ thread: NameTable.NamedThread, called name: String) throws(Unresolved) {
        let tid = thread.identity.threadId
        func refusal(_ words: String) -> Unresolved {
            .refused(
                Refusal(
                    problem: DriverProblem.unknownThread.rawValue,
                    detail: "the thread \(name) \(words); its tid was \(tid)"))
        }
        if let exit = thread.exit { throw refusal("has ended in step \(exit)") }
        let found: AuxTidCreationTime?
        do throws(HostFault) {
            found = try hosts[index(ofHost: thread.host)].thread(tid, of: thread.processId)
        } catch {
            throw .failed(error)
        }
        // A record of a replay ended it.
        if found != thread.identity { throw refusal("has ended") }
    }

    /// Takes note of those of the named processes that a replay has ended: others may have their pids.
    func noteExits(of named: some Sequence<String>, in replay: StepRun) throws(Stop) {
        for process in named.compactMap({ names.processes[$0] }) where process.exit == nil {
            guard let identity = process.identity else { continue }
            let live: ObservedProcess?
            do throws(HostFault) {
                live = try hosts[index(ofHost: process.host)].process(identity.processId)
            } catch {
                try fail(replay, error)
            }
            if live?.identity != identity { names.exit(identity.processId, on: process.host, by: replay.number) }
        }
    }

    /// Why nothing is called `name`.
    private func absence(ofProcess name: String) -> String {
        guard let run = steps.first(where: { $0.step.action?.createdName == name }) else {
            return "no step has created the process \(name)"
        }
        if let refusal = run.refusal {
            return "step \(run.number) was refused (\(refusal.problem)), so there is no process \(name)"
        }
        return "the process \(name) is still being created by step \(run.number); await that first"
    }

    private func streamId(_ name: String) throws(Unresolved) -> UInt64 {
        guard let stream = names.streams[name] else {
            throw .wrong("no step has created the stream context \(name)")
        }
        return stream.id
    }

    /// Gives the name of the step at `index` to what its call created.
    func name(_ outcome: CallOutcome, of index: Int) {
        let run = steps[index]
        let host = plan.hosts[run.host].name
        if case .exitProcess(let process) = run.step.action, let processId = self.processId(process) {
            names.exit(processId, on: host, by: run.number)
        }
        if case .deleteThread(.named(let name)) = run.step.action { names.exitThread(name, by: run.number) }
        guard let name = run.step.action?.createdName else { return }
        switch run.step.action {
        case .createProcess:
            names.name(
                name,
                NameTable.NamedProcess(
                    host: host, identity: outcome.process, step: run.number, index: index))
        case .createThread(let creation):
            guard let thread = outcome.thread, let processId = processId(creation.target) else { return }
            names.name(name, NameTable.NamedThread(host: host, processId: processId, identity: thread))
        case .createStream:
            guard let stream = outcome.stream else { return }
            names.name(name, NameTable.NamedStream(host: host, id: stream))
        default: break
        }
    }

    // MARK: - Finding processes

    func find(_ search: Action.FindProcess, _ run: StepRun) throws(Stop) {
        let host = hosts[run.host]
        do throws(HostFault) {
            let found: [ObservedProcess]
            if let processId = search.processId {
                let process = try host.process(processId)
                let matches = search.imageFileName.map { ImageNamePattern($0) }
                found = [process].compactMap(\.self).filter { matches?.matches($0.imageFileName) ?? true }
            } else {
                found = try host.processes(imageFileName: search.imageFileName, limit: 10)
            }
            if found.count == 1 {
                names.name(
                    search.name,
                    NameTable.NamedProcess(
                        host: host.name, identity: found[0].identity, step: run.number, index: steps.count - 1))
                return
            }
            let near = found.isEmpty ? try host.processes(imageFileName: nil, limit: 10) : found
            let list = near.map { "\($0.identity.processId) \($0.imageFileName.escapingInvisible)" }
            let wanted =
                [search.processId.map { "the pid \($0)" }, search.imageFileName.map { "an image like \($0.quoted())" }]
                .compactMap(\.self).joined(separator: " and ")
            throw HostFault(
                found.isEmpty
                    ? "no live process has \(wanted); there are \(list.joined(separator: ", "))"
                    : "several processes have \(wanted): \(list.joined(separator: ", "))")
        } catch {
            try fail(run.step, run.number, error.detail)
        }
    }

    // MARK: - Raw notifications

    /// The body of a raw notification, with the identities of the processes and threads that it names.
    private func body(of notify: Action.Notify) throws(Unresolved) -> JSONTree {
        guard case .object(var members) = notify.body else { return notify.body }
        if let process = notify.process {
            members.append(.init("processId", .integer(try processId(named: process))))
        }
        if let index = members.firstIndex(where: { $0.name == "data" }), case .object(let data) = members[index].value {
            members[index].value = .object(data.map { JSONTree.Member($0.name, identified($0.value)) })
        }
        return .object(members)
    }

    /// The identity of a process or thread that is given by its name or number.
    private func identified(_ value: JSONTree) -> JSONTree {
        guard case .object(let members) = value, members.count == 1, members[0].name == Action.Notify.nameMember,
            case .string(let name) = members[0].value
        else { return value }
        if let process = names.processes[name]?.identity {
            return .object([
                .init("processId", .integer(process.processId)),
                .init("creationTime", ObservedValue.time(process.creationTime).json),
            ])
        }
        if let thread = names.threads[name]?.identity {
            return .object([
                .init("threadId", .integer(thread.threadId)),
                .init("creationTime", ObservedValue.time(thread.creationTime).json),
            ])
        }
        return value
    }
}

extension Action {
    /// Whether it only waits.
    var isWait: Bool {
        switch self {
        case .wait, .waitUntil, .await: true
        default: false
        }
    }

    /// Whether it replays a recording.
    var isReplay: Bool { if case .replay = self { true } else { false } }

    /// Whether it changes what applies to messages that are queued.
    var changesQueued: Bool {
        switch self {
        case .setConfig, .setEngine, .worker: true
        default: false
        }
    }

    /// Whether it changes words that the acknowledgment of a step in the background may change later.
    var changesRules: Bool {
        switch self {
        case .setRules, .setFlags, .setStreamRules: true
        default: false
        }
    }

    /// The name that it gives to what it creates.
    var createdName: String? {
        switch self {
        case .createProcess(let creation): creation.name
        case .createThread(let creation): creation.name
        case .createStream(let name, _): name
        case .findProcess(let search): search.name
        default: nil
        }
    }

    /// The names that it uses, the most telling first.
    var references: [String] {
        func name(_ reference: Reference?) -> String? {
            if case .named(let name) = reference { name } else { nil }
        }
        switch self {
        case .createProcess(let creation): return [name(creation.parent), name(creation.creator)].compactMap(\.self)
        case .createThread(let creation): return [name(creation.target), name(creation.creator)].compactMap(\.self)
        case .exitProcess(let process), .loadImage(let process, _), .setRules(let process, _),
            .setFlags(let process, _),
            .setCommandLine(let process, _), .deleteThread(let process):
            return [name(process)].compactMap(\.self)
        case .deleteStream(let stream), .setStreamRules(let stream, _): return [stream]
        case .notify(let notify): return [name(notify.process)].compactMap(\.self)
        case .loadDriver, .createStream, .replay, .findProcess, .worker, .setConfig, .setEngine, .setRulePolicies,
            .wait, .waitUntil, .await, .repeat:
            return []
        }
    }
}

extension Action.Notify {
    /// The only member of an object in `data` that stands for the process or thread with this name.
    public static let nameMember = "$name"
}
