import Driver
import DriverJSON
import JSON
import Messages

// Edits of the rules of processes.
extension CaseRun {
    /// Setting the rule that a condition found missing: before the step, or when the process is created.
    func ruleEdits(
        _ rule: ProcessRules, _ name: String, _ refused: RefusedDecision, _ run: StepRun
    ) -> [PlanEdit] {
        let isRecorded = run.outcome?.replay != nil
        let history = history(of: run.host)
        func isEver(set: Bool, of processId: UInt32) -> Bool {
            history.last(rule.rawValue, isSet: set, in: .rules, of: processId, before: steps.count) != nil
        }
        guard let process = subject(of: refused) else {
            // A process of a recording has no name.
            guard let processId = refused.contextId else { return [] }
            let answer = answerEdit(rule, to: processId, in: refused.index, history)
            let isSetByReply = history.reply(setting: .rules, of: processId, in: refused.index) != nil
            // A reply sets the word, whatever a policy gave.
            let policy = isSetByReply ? nil : policyEdit(rule, name, refused, run)
            let before = isRecorded ? nil : rulesEdit(.id(processId), set: rule, before: run)
            let isChanged = isEver(set: true, of: processId) || isEver(set: false, of: processId)
            return (isChanged ? [before, answer, policy] : [answer, policy, before]).compactMap(\.self)
        }
        let atCreation = creationEdit(process, rule)
        let processId = names.processes[process]?.identity?.processId ?? 0
        let before = rulesEdit(.named(process), set: rule, before: run)
        let edits =
            isEver(set: true, of: processId)
            ? [before, atCreation]
            : [answerEdit(rule, to: processId, in: refused.index, history), atCreation, before]
        // In a recording, the process may be named only afterwards.
        return (edits + [isRecorded ? policyEdit(rule, name, refused, run) : nil]).compactMap(\.self)
    }

    /// A step that changes the rules of a process.
    func rulesEdit(_ process: Reference, set: ProcessRules = [], clear: ProcessRules = [], before run: StepRun)
        -> PlanEdit
    {
        var members: [JSONTree.Member] = [.init("process", process.json)]
        if !set.isEmpty { members.append(.init("set", .array(set.names.map { .string($0) }))) }
        if !clear.isEmpty { members.append(.init("clear", .array(clear.names.map { .string($0) }))) }
        let edit = JSONTree.object([.init("setRules", .object(members))])
        return insertion(
            .setRules(of: process, Body(.modify(set: set, clear: clear), json: .null)), edit, before: run)
    }

    /// The rule at the creation of a process.
    func creationEdit(
        _ process: String?, _ rule: ProcessRules = [], without removed: ProcessRules = []
    ) -> PlanEdit? {
        guard let process,
            let run = steps.last(where: { run in
                if case .createProcess(let creation) = run.step.action { creation.name == process } else { false }
            }), case .createProcess(let creation) = run.step.action
        else { return nil }
        let given = creation.creation.value.rules
        let rules = given.union(rule).subtracting(removed)
        if rules == given { return nil }
        let edit = JSONTree.object([
            .init("createProcess", .object([.init("rules", .array(rules.names.map { .string($0) }))]))
        ])
        return PlanEdit(
            change(run, edit),
            .step(run.number) { step in
                guard case .createProcess(var creation) = step.action else { return }
                creation.creation.value.rules = rules
                step.action = .createProcess(creation)
            })
    }

    /// The rule by the policies of the host: for the processes of a recording.
    private func policyEdit(
        _ rule: ProcessRules, _ name: String, _ refused: RefusedDecision, _ run: StepRun
    ) -> PlanEdit? {
        guard let processId = refused.contextId,
            let image = logs[run.host].messages.last(where: { $0.message.process?.processId == processId })?
                .message.imageFileName?.text
        else { return nil }
        let pattern = "*" + (image.lastIndex(of: "\\").map { String(image[$0...]) } ?? image)
        let policy = RulePolicy(imageFileName: pattern, rules: rule, flags: [])
        let entry = JSONTree.object([
            .init("imageFileName", .string(pattern)), .init("rules", .array([.string(name)])),
        ])
        let host = run.host
        let count = plan.hosts[host].rulePolicies?.value.items.count ?? 0
        let edit = JSONTree.object([
            count == 0 ? .init("rulePolicies", .array([entry])) : .init("rulePolicies[\(count)]", entry)
        ])
        let change = Change(kind: .config, edit: ofHost(host, edit), verified: false)
        return PlanEdit(
            change,
            .hosts { hosts in
                let items = hosts[host].rulePolicies?.value.items ?? []
                hosts[host].rulePolicies = Body(RulePolicyList(items + [policy]), json: .null)
            })
    }

    /// Clearing the rule that suppresses messages about images.
    func clearEdit(_ refused: RefusedDecision, _ run: StepRun) -> [PlanEdit] {
        guard let process = subject(of: refused) else { return [] }
        return [rulesEdit(.named(process), clear: .suppressAsyncImageLoad, before: run)]
    }
}
