import Driver
import DriverJSON
import JSON
import Messages

// Edits of what happens on the hosts.
extension CaseRun {
    /// Another creator of the thread.
    func creatorEdits(_ refused: RefusedDecision, _ run: StepRun) -> [PlanEdit] {
        guard case .createThread(let creation) = run.step.action else { return [] }
        let wantsSame = refused.path.conditions.contains { $0.check == .sameProcess && $0.holds }
        let host = plan.hosts[run.host].name
        let others = names.processes.filter { $0.value.host == host && $0.value.exit == nil }.keys.sorted()
            .filter { Reference.named($0) != creation.target }
        let candidates = wantsSame ? [creation.target] : others.map { .named($0) }
        return candidates.map { creator in
            let edit = JSONTree.object([
                .init("createThread", .object([.init("creator", creator.json)]))
            ])
            return PlanEdit(
                change(run, edit),
                .step(run.number) { step in
                    guard case .createThread(var creation) = step.action else { return }
                    creation.creator = creator
                    step.action = .createThread(creation)
                })
        }
    }

    /// Without the exit of the process that is missing.
    func exitEdits(_ refused: RefusedDecision) -> [PlanEdit] {
        guard let processId = refused.look.number else { return [] }
        let host = steps[refused.index].host
        for run in steps.prefix(refused.index).reversed() where run.host == host && run.refusal == nil {
            guard case .exitProcess(let process) = run.step.action, self.processId(process) == processId else {
                continue
            }
            // Others refer to it, perhaps.
            if run.step.id != nil { return [] }
            let edit = JSONTree.object([
                .init("remove", .object([.init("exitProcess", process.json)]))
            ])
            return [PlanEdit(change(run, edit), .remove(run.number))]
        }
        return []
    }

    /// Another current command line before the thread.
    func commandLineEdit(
        _ refused: RefusedDecision, _ run: StepRun, _ failure: LookedExpectation
    ) -> [PlanEdit] {
        guard let process = subject(of: refused) else { return [] }
        let wanted = failure.criteria?.matchers.first { $0.path == "data.currentCommandLine" }?.source.text
        let text = wanted ?? "changed.exe"
        let edit = JSONTree.object([
            .init(
                "setCommandLine",
                .object([.init("process", .string(process)), .init("commandLine", .string(text))]))
        ])
        return [insertion(.setCommandLine(of: .named(process), text), edit, before: run)]
    }

    /// A file object with the image.
    func fileObjectEdit(_ run: StepRun) -> [PlanEdit] {
        let edit = JSONTree.object([.init("loadImage", .object([.init("extendedInfoPresent", .bool(true))]))])
        return [
            PlanEdit(
                change(run, edit),
                .step(run.number) { step in
                    guard case .loadImage(let process, var load) = step.action else { return }
                    load.value.extendedInfoPresent = true
                    step.action = .loadImage(process: process, load)
                })
        ]
    }

    /// A stream context with the rule, for the file of the image.
    func streamEdits(_ run: StepRun) -> [PlanEdit] {
        guard case .loadImage(_, let load) = run.step.action else { return [] }
        let name = load.value.fullImageName.text
        let rule = StreamContextRules.notifyImageLoadRule
        let rules = JSONTree.array(rule.names.map { .string($0) })
        var stream: String?
        for earlier in steps where earlier.host == run.host && earlier.refusal == nil {
            switch earlier.step.action {
            case .createStream(let given, let creation) where ImageNamePattern(name).matches(creation.value.fileName):
                stream = given
            case .deleteStream(stream): stream = nil
            default: break
            }
        }
        if let stream {
            let edit = JSONTree.object([
                .init("setRules", .object([.init("stream", .string(stream)), .init("set", rules)]))
            ])
            return [
                insertion(
                    .setStreamRules(of: stream, Body(.modify(set: rule, clear: []), json: .null)), edit, before: run)
            ]
        }
        let creation = StreamContextCreation(fileName: name, rules: rule)
        let edit = JSONTree.object([
            .init("streamContext", .object([.init("fileName", .string(name)), .init("rules", rules)]))
        ])
        return [insertion(.createStream(name: nil, Body(creation, json: .null)), edit, before: run)]
    }

    /// The rule that notes wow64cpu.dll, if it was loaded before, or its load, or both.
    func wow64Edits(_ refused: RefusedDecision, _ run: StepRun) -> [PlanEdit] {
        guard let process = subject(of: refused) else { return [] }
        let name = #"C:\Windows\System32\wow64cpu.dll"#
        let load = Step(
            line: run.step.line,
            action: .loadImage(
                process: .named(process), Body(ImageLoad(processId: 0, fullImageName: UnicodeString(name)), json: .null)
            ))
        let loadEdit = JSONTree.Member(
            "loadImage", .object([.init("process", .string(process)), .init("fullImageName", .string(name))]))
        let rule = Step(
            line: run.step.line,
            action: .setRules(of: .named(process), Body(.modify(set: .notifyWow64cpuLoad, clear: []), json: .null)))
        let ruleEdit = JSONTree.Member(
            "setRules",
            .object([.init("process", .string(process)), .init("set", .array([.string("NotifyWow64cpuLoad")]))]))
        return [creationEdit(process, .notifyWow64cpuLoad)].compactMap(\.self) + [
            PlanEdit(change(run, before: true, .object([loadEdit])), .insert([load], before: run.number)),
            PlanEdit(
                change(run, before: true, .object([ruleEdit, loadEdit])),
                .insert([rule, load], before: run.number)),
        ]
    }

    /// The event that nothing in scope causes: for a process that the criteria name.
    func edits(forAbsentIn failure: LookedExpectation) -> [PlanEdit] {
        guard let criteria = failure.criteria, let index = failure.stepIndex, steps[index].step.action == nil else {
            return []
        }
        let isAbsent = failure.report.why.contains { if case .absent = $0 { true } else { false } }
        guard isAbsent, let path = criteria.paths.first, let name = criteria.processName else { return [] }
        let run = steps[index]
        switch path.routine {
        case .createProcessNotifyEx where path.conditions.first?.holds == false:
            return [
                insertion(.exitProcess(.named(name)), .object([.init("exitProcess", .string(name))]), before: run)
            ]
        case .createThreadNotify, .createThreadNotifyEx:
            let creation = Action.CreateThread(in: .named(name), Body(ThreadCreation(processId: 0), json: .null))
            let edit = JSONTree.object([.init("createThread", .object([.init("target", .string(name))]))])
            return [insertion(.createThread(creation), edit, before: run)]
        default: return []
        }
    }
}
