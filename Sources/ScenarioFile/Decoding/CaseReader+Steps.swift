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
        guard let object = value.object(allowing: Self.stepMembers + ActionName.keys + ["fork"]) else { return nil }
        let actions = ActionName.allCases.filter { object[$0.key] != nil }
        if actions.count > 1 {
            value.fault("two actions, \(actions[0].name) and \(actions[1].name); write two steps")
        }
        if let fork = object["fork"] { self.fork(fork) }
        let subject = object[actions.first.map(\.key) ?? "expect"]
        if subject == nil, object["fork"] == nil { value.fault("has neither an action nor expect") }
        countStep(value)
        var step = Step(line: line(of: subject ?? value))
        step.host = object.optional("host") { self.reference($0, .host) }
        step.background = object.optional("background") { $0.bool() } ?? false
        step.fails = object.optional("fails") { problem($0) }
        let id = object.optional("id") { identifier($0, .step) }
        step.id = id
        currentAction = actions.first
        // Of several actions only one can be taken, but later steps can use the names that each makes.
        let all = actions.map { name in object[name.key].flatMap { action(name, $0) } }
        step.action = all.first ?? nil
        // The steps of a repeat had others.
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

    private func fork(_ value: JSONValue) {
        value.fault("this version of wdfilterd cannot fork hosts")
        if value.kind == .object, let name = value.openObject()?["as"]?.text { assume(.host, name) }
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
}
