import Bytes
import Driver
import DriverJSON
import Engines
import JSON
import Messages
import Runtime
import Scenarios

/// Reads one case from the JSON of a scenario, with all of its faults.
///
/// It lives while the document is read.
final class CaseReader {
    /// Where the file is, and what it may refer to.
    let place: FilePlace
    /// The JSON with its positions.
    let source: SourceJSON
    /// The scenario before its variables were replaced, for the rounds of a `repeat`.
    let raw: SourceNode
    /// The values of its variables.
    let variables: VariableValues
    var scope: NameScope
    /// Whether names are checked: not in the later rounds of a `repeat`, whose names were checked in the first.
    let checksNames: Bool
    /// The variables of the `repeat`s around the step that is being read, outermost first.
    var loops: [String] = []
    /// How often each of them repeats its steps.
    var loopTimes: [String: Int] = [:]
    /// How many steps may run, counting rounds.
    var stepCount = 0
    /// How often the step that is being read runs.
    var rounds = 1
    /// The action of the step that is being read, and those of earlier steps by id.
    var currentAction: ActionName?
    var stepActions: [String: ActionName] = [:]
    /// The kinds of messages that the criteria that are being read allow.
    var kindsInReach = Set(EngineMessage.Kind.allCases)
    /// Names whose declarations have faults.
    var assumed: Set<NameOfKind> = []
    /// The names that nothing has, in the order of their first uses.
    var unknownNames: [UnknownName] = []
    var unknownNameIndices: [NameOfKind: Int] = [:]
    /// Background steps that were not awaited.
    var unawaited: [(id: String, value: JSONValue)] = []

    init(
        _ source: SourceJSON, raw: SourceNode, variables: VariableValues, place: FilePlace,
        scope: NameScope = NameScope(), checksNames: Bool = true
    ) {
        self.source = source
        self.raw = raw
        self.variables = variables
        self.place = place
        self.scope = scope
        self.checksNames = checksNames
    }

    /// The line of the key of `value`, or of the value itself if it has none.
    func line(of value: JSONValue) -> Int { source.line(of: value.pointer) }

    // MARK: - The scenario

    static let members: [StaticString] = [
        "scenario", "name", "description", "tags", "skip", "requires", "time", "startTime", "timeout", "variables",
        "matrix", "hosts", "config", "engine", "rulePolicies", "steps",
    ]

    /// The case; nil after a fault.
    func read(_ value: JSONValue, row: String?) -> CasePlan? {
        guard let object = value.object(allowing: Self.members) else { return nil }
        let version = object.required("scenario") { value -> Bool? in
            if value.integer(as: Int.self) == ScenarioSchema.version { return true }
            value.fault(
                value.kind == .integer
                    ? "this wdfilterd reads version \(ScenarioSchema.version), not \(value.shown)"
                    : "must be the number \(ScenarioSchema.version), not \(value.shown)")
            return nil
        }
        let name = object.required("name") { $0.line(maxCount: 200) }
        var plan = CasePlan(
            file: place.name, line: object["scenario"].map { line(of: $0) } ?? line(of: value), name: name ?? "")
        plan.row = row
        plan.description = object.optional("description") { $0.string() }
        plan.tags = object.optional("tags") { $0.tags() } ?? []
        plan.skip = object.optional("skip") { $0.line(maxCount: 1000) }
        plan.requirements = object.optional("requires") { requirements($0) } ?? plan.requirements
        plan.time = object.optional("time") { $0.choice(of: CasePlan.Time.self) } ?? .any
        plan.startTime = object.optional("startTime") { $0.time() } ?? plan.startTime
        plan.timeout = object.optional("timeout") { $0.duration(.moreThanZero) } ?? plan.timeout
        plan.hosts = hosts(object)
        for host in plan.hosts { _ = scope.add(.host, host.name, line: plan.line) }
        let steps = object.required("steps") { self.steps($0) }
        for (id, value) in unawaited {
            value.fault("no later step awaits \(id.quoted()); add a step with await: \(id)")
        }
        for name in unknownNames { name.fault { line(of: $0) } }
        guard version != nil, name != nil, unknownNames.isEmpty, let steps else { return nil }
        plan.steps = steps
        return plan
    }

    private func requirements(_ value: JSONValue) -> CasePlan.Requirements? {
        guard let object = value.object(allowing: ["engine", "files", "server"]) else { return nil }
        var requirements = CasePlan.Requirements()
        requirements.engine = object.optional("engine") { $0.bool() } ?? false
        requirements.server = object.optional("server") { $0.bool() }
        let files = object.optional("files") { $0.array(maxCount: 1000) } ?? []
        place.optionalFiles.formUnion(files.compactMap(\.text))
        requirements.files = files.compactMap { file in
            guard let name = file.string(), let path = self.path(name, file) else { return nil }
            return CasePlan.RequiredFile(name: name, path: path)
        }
        return requirements
    }

    /// The path of a file that the scenario names; nil after a fault.
    func path(_ name: String, _ value: JSONValue) -> String? {
        do throws(FilePlace.Fault) {
            return try place.path(of: name)
        } catch {
            value.fault(error.detail)
            return nil
        }
    }
}

extension JSONValue {
    /// A text of one line, 1 to `maxCount` characters.
    func line(maxCount: Int) -> String? {
        guard let text = string() else { return nil }
        if text.isEmpty || text.count > maxCount || text.contains(where: \.isNewline) {
            fault("must be one line of 1 to \(maxCount) characters")
            return nil
        }
        return text
    }

    fileprivate func tags() -> [String]? {
        array(maxCount: 100)?.compactMap { value in
            guard let tag = value.string() else { return nil }
            let isTag = !tag.isEmpty && tag.utf8.allSatisfy { $0.isLetterOrDigit || "._-".utf8.contains($0) }
            if !isTag { value.fault("a tag has letters, digits and . _ - only") }
            return tag
        }
    }
}
