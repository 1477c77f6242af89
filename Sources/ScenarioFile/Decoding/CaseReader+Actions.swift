import Bytes
import Driver
import DriverJSON
import JSON
import Messages
import Scenarios

extension CaseReader {
    /// The action `name` with its value; nil after a fault.
    func action(_ name: ActionName, _ value: JSONValue) -> Action? {
        switch name {
        case .createProcess: createProcess(value)
        case .exitProcess: process(value).map { .exitProcess($0) }
        case .createThread: createThread(value)
        case .deleteThread: reference(value, .thread).map { .deleteThread(.named($0)) }
        case .loadImage: loadImage(value)
        case .loadDriver: DriverLoad(value).map { .loadDriver(Body($0, json: JSONTree(value))) }
        case .streamContext: streamContext(value)
        case .deleteStream: reference(value, .stream).map { .deleteStream($0) }
        case .setRules: setRules(value)
        case .setFlags: setFlags(value)
        case .setCommandLine: setCommandLine(value)
        case .notify: notify(value)
        case .replay: replay(value)
        case .findProcess: findProcess(value)
        case .worker: worker(value)
        case .config: config(value).map { .setConfig($0) }
        case .engine: engine(value).map { .setEngine($0) }
        case .rulePolicies: policies(value).map { .setRulePolicies($0) }
        case .wait: wait(value)
        case .await: awaited(value)
        case .repeat: loop(value)
        }
    }

    /// The members of `value` that are not ours but those of a request, as JSON.
    private func body(_ value: JSONValue, without ours: [String]) -> JSONTree {
        guard case .object(let members) = JSONTree(value) else { return .null }
        return .object(members.filter { !ours.contains($0.name) })
    }

    private func createProcess(_ value: JSONValue) -> Action? {
        let ours: [StaticString] = ["as", "parent", "creator"]
        let theirs = ProcessCreation.members.filter { !["parentProcessId", "creatorProcessId"].contains("\($0)") }
        guard let object = value.object(allowing: ours + theirs) else { return nil }
        let parent = object.optional("parent") { process($0) }
        let creator = object.optional("creator") { process($0) }
        let name = object.optional("as") { self.name($0, .process) }
        guard let creation = ProcessCreation(object) else { return nil }
        var action = Action.CreateProcess(Body(creation, json: body(value, without: ours.map { "\($0)" })))
        action.name = name
        action.parent = parent
        action.creator = creator
        return .createProcess(action)
    }

    /// The name that `as` gives.
    private func name(_ value: JSONValue, _ kind: NameScope.Kind) -> String? {
        guard let name = identifier(value, kind) else { return nil }
        declare(kind, name, value)
        return name
    }

    private func createThread(_ value: JSONValue) -> Action? {
        let ours: [StaticString] = ["as", "target", "creator"]
        let theirs = ThreadCreation.members.filter { "\($0)" != "creatorProcessId" }
        guard let object = value.object(allowing: ours + theirs) else { return nil }
        let creation = ThreadCreation(object)
        let creator = object.optional("creator") { process($0) }
        let target = object.required("target") { process($0) }
        let name = object.optional("as") { self.name($0, .thread) }
        guard let target else { return nil }
        var action = Action.CreateThread(
            in: target, Body(creation, json: body(value, without: ours.map { "\($0)" })))
        action.creator = creator
        action.name = name
        return .createThread(action)
    }

    private func loadImage(_ value: JSONValue) -> Action? {
        guard let object = value.object(allowing: ["process"] + ImageLoad.members) else { return nil }
        let process = object.required("process") { self.process($0) }
        guard let load = ImageLoad(object), let process else { return nil }
        return .loadImage(process: process, Body(load, json: body(value, without: ["process"])))
    }

    private func streamContext(_ value: JSONValue) -> Action? {
        guard let object = value.object(allowing: ["as"] + StreamContextCreation.members) else { return nil }
        let name = object.optional("as") { self.name($0, .stream) }
        guard let creation = StreamContextCreation(object) else { return nil }
        return .createStream(name: name, Body(creation, json: body(value, without: ["as"])))
    }

    // MARK: - Words

    private func setRules(_ value: JSONValue) -> Action? {
        guard let object = value.object(allowing: ["process", "stream", "rules", "set", "clear"]) else { return nil }
        if let stream = object["stream"] {
            if object["process"] != nil { stream.fault("not allowed beside process") }
            let name = reference(stream, .stream)
            guard let change: WordChange<StreamContextRules> = change(object), let name else { return nil }
            return .setStreamRules(of: name, Body(change, json: body(value, without: ["process", "stream"])))
        }
        let process = object.required("process") { self.process($0) }
        guard let change: WordChange<ProcessRules> = change(object), let process else { return nil }
        return .setRules(of: process, Body(change, json: body(value, without: ["process", "stream"])))
    }

    private func setFlags(_ value: JSONValue) -> Action? {
        guard let object = value.object(allowing: ["process", "flags", "set", "clear"]) else { return nil }
        let process = object.required("process") { self.process($0) }
        guard let change: WordChange<ProcessFlags> = change(object), let process else { return nil }
        return .setFlags(of: process, Body(change, json: body(value, without: ["process"])))
    }

    /// A new word, or bits to set and to clear; nil after a fault.
    private func change<Word: NamedWord>(_ object: JSONObject) -> WordChange<Word>? {
        let modifies = object["set"] != nil || object["clear"] != nil
        if let word = object[Word.member] {
            if modifies { word.fault("not allowed beside set or clear") }
            return WordReplacement<Word>(object)?.change
        }
        if modifies { return WordModification<Word>(object).change }
        object.value.fault("needs \(Word.member), set or clear")
        return nil
    }

    private func setCommandLine(_ value: JSONValue) -> Action? {
        guard let object = value.object(allowing: ["process", "commandLine"]) else { return nil }
        let process = object.required("process") { self.process($0) }
        let text = object.required("commandLine") { $0.string() }
        guard let process, let text else { return nil }
        return .setCommandLine(of: process, text)
    }

    // MARK: - Others

    private func findProcess(_ value: JSONValue) -> Action? {
        guard let object = value.object(allowing: ["as", "processId", "imageFileName"]) else { return nil }
        let processId = object.optional("processId") { $0.id() }
        let image = object.optional("imageFileName") { $0.name() }
        if object["processId"] == nil, object["imageFileName"] == nil {
            value.fault("needs processId or imageFileName")
        }
        guard let name = object.required("as", { self.name($0, .process) }) else { return nil }
        var search = Action.FindProcess(name: name)
        search.processId = processId
        search.imageFileName = image
        return .findProcess(search)
    }

    private func worker(_ value: JSONValue) -> Action? {
        if value.kind == .object {
            guard let object = value.object(allowing: ["step"]) else { return nil }
            let count = object.required("step") { $0.int(in: Action.Worker.stepCounts) }
            return count.map { .worker(.step($0)) }
        }
        switch value.choice(of: ["pause", "run", "drain"]) {
        case "pause": return .worker(.pause)
        case "run": return .worker(.run)
        case "drain": return .worker(.drain)
        default: return nil
        }
    }

    private func wait(_ value: JSONValue) -> Action? {
        if value.kind != .object { return value.duration().map { .wait($0) } }
        guard let object = value.object(allowing: ["until", "within"]) else { return nil }
        let within = object.optional("within") { $0.duration(.moreThanZero) }
        let expectations = object.required("until") { self.expectations($0, of: nil) }
        guard let expectations else { return nil }
        return .waitUntil(expectations, within: within ?? .seconds(5))
    }

    private func awaited(_ value: JSONValue) -> Action? {
        let ids = value.kind == .array ? value.array(maxCount: 1000) ?? [] : [value]
        if ids.isEmpty { value.fault("must name a step") }
        let names = ids.compactMap { id -> String? in
            guard let name = reference(id, .step) else { return nil }
            guard let index = unawaited.firstIndex(where: { $0.id == name }) else {
                if checksNames, scope.contains(.step, name) {
                    id.fault("the step \(name.quoted()) does not run in the background, or was awaited before")
                }
                return name
            }
            unawaited.remove(at: index)
            return name
        }
        return names.count == ids.count ? .await(names) : nil
    }
}
