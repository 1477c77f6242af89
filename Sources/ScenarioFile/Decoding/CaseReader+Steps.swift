import Bytes
import Driver
import DriverJSON
import JSON
import Scenarios

extension CaseReader {
    static let stepMembers: [StaticString] = ["id", "host", "background", "fails", "expect"]

    /// A list of steps; nil after a fault.
    func steps(_ value: JSONValue) -> [Step]? {
        guard let items = value.array(maxCount: 10_000) else { return nil }
        if items.isEmpty, loops.isEmpty {
            value.fault("must have a step")
            return nil
        }
        let steps = items.map { step($0) }
        return steps.contains { $0 == nil } ? nil : steps.compactMap(\.self)
    }

    private func step(_ value: JSONValue) -> Step? {
        if let fork = value.openObject()?["fork"] {
            fork.fault("this version of wdfilterd cannot fork hosts")
            return nil
        }
        guard let object = value.object(allowing: Self.stepMembers + ActionName.all) else { return nil }
        let actions = ActionName.allCases.filter { object[$0.key] != nil }
        if actions.count > 1 {
            value.fault("two actions, \(actions[0].rawValue) and \(actions[1].rawValue); write two steps")
            return nil
        }
        let key = actions.first.map { $0.key } ?? "expect"
        guard let subject = object[key] else {
            value.fault("has neither an action nor expect")
            return nil
        }
        countStep(value)
        var step = Step(line: line(of: subject))
        step.host = object.optional("host") { self.reference($0, .host) }
        step.background = object.optional("background") { $0.bool() } ?? false
        step.fails = object.optional("fails") { problem($0) }
        let id = object.optional("id") { identifier($0) }
        step.id = id
        step.action = actions.first.flatMap { action($0, subject) }
        currentAction = actions.first
        checkFlags(step, actions.first, object)
        if let id, let value = object["id"] {
            declare(.step, id, value)
            stepActions[id] = actions.first
        }
        if step.background, let id = step.id { unawaited.append((id, object["background"] ?? value)) }
        // Expectations have faults of their own, even if the action has.
        let expectations = object["expect"].map { self.expectations($0, of: step) } ?? []
        guard let expectations, actions.isEmpty || step.action != nil else { return nil }
        step.expectations = expectations
        return step
    }

    private func checkFlags(_ step: Step, _ action: ActionName?, _ object: JSONObject) {
        if step.background {
            if step.id == nil { object["background"]?.fault("needs an id, so that a later step can await it") }
            if action.map({ !$0.mayBeInBackground }) ?? true {
                object["background"]?.fault("only an action that the driver performs can run in the background")
            }
            if !(object["expect"]?.isNull ?? true) {
                object["expect"]?.fault("a background step is not done yet; expect in the step that awaits it")
            }
        }
        if step.fails != nil, action.map({ !$0.mayFail }) ?? true {
            object["fails"]?.fault("a host refuses only actions that the driver performs")
        }
    }

    private func countStep(_ value: JSONValue) {
        let (total, overflow) = stepCount.addingReportingOverflow(rounds)
        if overflow || total > CasePlan.maxSteps {
            if stepCount <= CasePlan.maxSteps {
                value.fault("a case has at most \(CasePlan.maxSteps) steps, counting rounds")
            }
            stepCount = CasePlan.maxSteps + 1
            return
        }
        stepCount = total
    }

    private func problem(_ value: JSONValue) -> Step.Problem? {
        guard let name = value.choice(of: DriverProblem.allCases.map(\.rawValue)) else { return nil }
        return Step.Problem(name: name, line: line(of: value))
    }

    // MARK: - Names

    /// A name that is given: `as`, `id`.
    func identifier(_ value: JSONValue) -> String? {
        guard let text = value.string() else { return nil }
        let rest = text.utf8.dropFirst()
        guard text.utf8.first?.isLetter == true, text.utf8.count <= 63,
            rest.allSatisfy({ $0.isLetterOrDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") })
        else {
            value.fault("a name begins with a letter and has at most 63 letters, digits, _ and -, not \(value.quoted)")
            return nil
        }
        return text
    }

    /// Records that `value` gives `name` to something.
    func declare(_ kind: NameScope.Kind, _ name: String, _ value: JSONValue) {
        guard checksNames else { return }
        var pieces: [String]?
        var counts: [Int] = []
        if !loops.isEmpty {
            guard let text = raw.node(at: value.pointer)?.text else { return }
            let used = loops.filter { text.contains("${\($0)}") }
            if let missing = loops.first(where: { !used.contains($0) }) {
                if kind == .step { return declareInside(name, value) }
                return value.fault("each round makes a new \(kind.noun), so the name must contain ${\(missing)}")
            }
            pieces = VariableText.pieces(of: text, around: loops)
            if pieces?.dropFirst().dropLast().contains("") == true {
                value.fault("needs a text between the numbers of rounds: ${i}-${j}")
            }
            counts = VariableText.occurrences(of: loops, in: text).map { max(1, loopTimes[$0] ?? 0) }
        }
        if !scope.add(kind, name, line: line(of: value), pieces: pieces, rounds: counts) {
            let first = scope.line(of: kind, name).map { " (line \($0))" } ?? ""
            value.fault("duplicate name \(name.quoted())\(first)")
        }
    }

    /// The id of a step inside a `repeat` stands for the step in all rounds.
    private func declareInside(_ name: String, _ value: JSONValue) {
        if !scope.add(.step, name, line: line(of: value)) { value.fault("duplicate name \(name.quoted())") }
    }

    /// A name that something of this kind must have; nil after a fault.
    func reference(_ value: JSONValue, _ kind: NameScope.Kind) -> String? {
        guard let name = value.string() else { return nil }
        if checksNames, !scope.contains(kind, name) {
            value.fault { _ in scope.fault(kind, name) }
            return nil
        }
        return name
    }

    /// A process or thread: a name, or an integer.
    func processOrThread(_ value: JSONValue, _ kind: NameScope.Kind) -> Reference? {
        switch value.kind {
        case .string: return reference(value, kind).map { .named($0) }
        case .integer: return value.id().map { .id($0) }
        default:
            value.fault("must be the name or the id of a \(kind.noun), not \(value.shown)")
            return nil
        }
    }

    func process(_ value: JSONValue) -> Reference? { processOrThread(value, .process) }
}
