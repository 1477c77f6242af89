import Driver
import JSON
import Messages

// The edits of a plan that may turn a condition, the latest first.
extension CaseRun {
    /// The candidates for a decision: the table of the page on scenarios.
    func edits(for refused: RefusedDecision, _ failure: LookedExpectation) -> [PlanEdit] {
        let run = steps[refused.index]
        switch refused.look.check {
        case .ruleNewThreadSameProcess, .ruleNewThreadDifferentProcess, .ruleImageLoadPerProcess:
            guard let (_, bit, name) = refused.look.check.bit else { return [] }
            return ruleEdits(ProcessRules(rawValue: bit), name, refused, run)
        case .createThreadNotifyLock, .ruleNotifyProcessCmdLine, .flagThreadNotifyRoutineExSet:
            let rule = ProcessRules.notifyProcessCmdLine
            return [creationEdit(subject(of: refused), rule)].compactMap(\.self)
        case .asyncImageLoad: return clearEdit(refused, run)
        case .sameProcess: return creatorEdits(refused, run)
        case .creatorContext, .currentContext, .loaderContext: return exitEdits(refused)
        case .commandLineDiffers: return commandLineEdit(refused, run, failure)
        case .streamContext, .ruleImageLoadPerStream: return streamEdits(run)
        case .extendedInfoPresent: return fileObjectEdit(run)
        case .flagImageWow64cpuLoaded: return wow64Edits(refused, run)
        default: return []
        }
    }

    /// The name of the process whose context the routine looked at.
    func subject(of refused: RefusedDecision) -> String? {
        if let processId = refused.contextId {
            return name(of: processId, on: steps[refused.index].host, before: refused.index)
        }
        // The routine ended before it looked for a context.
        if case .createThread(let creation) = steps[refused.index].step.action, case .named(let name) = creation.target
        {
            return name
        }
        return nil
    }

    /// A change of a step, or before it.
    func change(_ run: StepRun, before: Bool = false, _ edit: JSONTree) -> Change {
        var change = Change(kind: .step, edit: edit, verified: false)
        change.place = run.place
        change.isBefore = before
        return change
    }

    /// A step before another.
    func insertion(_ action: Action, _ edit: JSONTree, before run: StepRun) -> PlanEdit {
        PlanEdit(
            change(run, before: true, edit), .insert([Step(line: run.step.line, action: action)], before: run.number))
    }

    /// A value as a criterion writes it: a process by its name.
    func written(_ value: ObservedValue, on host: Int) -> JSONTree {
        guard value.isPresent else { return .object([.init("present", .bool(false))]) }
        guard case .process(let process) = value, let name = name(of: process, on: host) else { return value.json }
        return .string(name)
    }

}
