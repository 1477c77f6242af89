import DriverJSON
import JSON
import Scenarios

extension CaseReader {
    /// Steps that are repeated. The first round is read with the case; the others when they are due, if they differ.
    func loop(_ value: JSONValue) -> Action? {
        guard let object = value.object(allowing: ["times", "as", "steps"]) else { return nil }
        let times = object.required("times") { $0.int(in: 0...CasePlan.maxSteps) }
        let given = object["as"] == nil ? "i" : object.optional("as") { identifier($0) }
        // The steps are read in any case, because of their names and faults.
        let variable = given ?? object["as"]?.text ?? "i"
        if loops.contains(variable) {
            (object["as"] ?? value).fault("a repeat around this one uses \(variable); name another variable with as")
        }
        if checksNames, variables.values[variable] != nil {
            (object["as"] ?? value).fault("a variable is called \(variable), too; name another with as")
        }
        loops.append(variable)
        loopTimes[variable] = times
        let outerRounds = rounds
        let (product, overflow) = rounds.multipliedReportingOverflow(by: times ?? 1)
        rounds = overflow ? .max : product
        let first = object.required("steps") { steps($0) }
        rounds = outerRounds
        loops.removeLast()
        guard let first, let times, given != nil, let steps = object["steps"] else { return nil }
        guard let body = raw.node(at: steps.pointer), VariableText.uses(loops + [variable], in: body) else {
            return .repeat(Action.Loop(times: times, first: first) { _ throws(StepFault) in first })
        }
        let round = LoopRound(
            body: body, variables: variables, loops: loops, variable: variable, place: place.name,
            root: place.rootFolder, names: scope, actions: stepActions)
        return .repeat(
            Action.Loop(times: times, first: first) { iteration throws(StepFault) in
                try round.steps(iteration)
            })
    }
}

/// The steps of a `repeat`, to be read for each round.
private struct LoopRound: Sendable {
    let body: SourceNode
    let variables: VariableValues
    let loops: [String]
    let variable: String
    let place: String
    let root: String?
    let names: NameScope
    /// The actions of the steps before.
    let actions: [String: ActionName]

    func steps(_ iteration: Int) throws(StepFault) -> [Step] {
        var values = variables
        values.set(variable, toRound: iteration)
        let source = SourceJSON(values.replaced(in: body))
        do throws(JSONFaults) {
            return try JSONDocument.read(source.bytes, words: .yaml) { value in
                let reader = CaseReader(
                    source, raw: body, variables: values, place: FilePlace(name: place, root: root), scope: names,
                    checksNames: false)
                reader.loops = loops + [variable]
                reader.stepActions = actions
                return reader.steps(value)
            }
        } catch {
            let fault = error.faults[0]
            throw StepFault(line: source.line(of: fault.pointer), detail: fault.detail)
        }
    }
}
