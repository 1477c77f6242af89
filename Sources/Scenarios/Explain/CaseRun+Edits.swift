import Driver
import DriverJSON
import Engines
import JSON
import Messages
import Runtime

/// A decision against a message: what a routine did in a step, and the condition that turned out otherwise.
struct RefusedDecision: Sendable {
    /// The index of the step.
    let index: Int
    /// The line of the record, in a replay.
    let record: Int?
    let routine: ObservedRoutine
    let path: MessagePath
    /// The condition that turned out otherwise.
    let look: ObservedRoutine.Look
    /// Whether it is about a process that the criteria name.
    let isNamed: Bool
}

// The edits of a plan that may turn a condition, the latest first.
extension CaseRun {
    /// The candidates for a decision: the table of the page on scenarios.
    func edits(for refused: RefusedDecision, _ failure: FailedExpectation) -> [PlanEdit] {
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
        case .flagImageWow64cpuLoaded: return wow64Edit(refused, run)
        default: return []
        }
    }

    /// The name of the process whose context the routine looked at.
    private func subject(of refused: RefusedDecision) -> String? {
        let contexts: [Check] = [.creatorContext, .currentContext, .loaderContext]
        if let look = refused.routine.checks.first(where: { contexts.contains($0.check) }), let processId = look.number
        {
            return names.processes.filter { $0.value.identity?.processId == processId }.keys.min()
        }
        // The routine ended before it looked for a context.
        if case .createThread(let creation) = steps[refused.index].step.action, case .named(let name) = creation.target
        {
            return name
        }
        return nil
    }

    private func change(_ run: StepRun, before: Bool = false, _ edit: JSONTree) -> Change {
        var change = Change(kind: .step, edit: edit, verified: false)
        change.place = run.place
        change.isBefore = before
        return change
    }

    private func insertion(_ action: Action, _ edit: JSONTree, before run: StepRun) -> PlanEdit {
        PlanEdit(
            change(run, before: true, edit), .insert([Step(line: run.step.line, action: action)], before: run.number))
    }

    // MARK: - Rules

    private func ruleEdits(
        _ rule: ProcessRules, _ name: String, _ refused: RefusedDecision, _ run: StepRun
    ) -> [PlanEdit] {
        guard let process = subject(of: refused) else {
            return [policyEdit(rule, name, refused, run)].compactMap(\.self)
        }
        let atCreation = creationEdit(process, rule)
        let history = history(of: run.host)
        let processId = names.processes[process]?.identity?.processId ?? 0
        let isEverSet = history.last(rule.rawValue, isSet: true, in: .rules, of: processId, before: steps.count) != nil
        let before = rulesEdit(process, set: rule, before: run)
        let edits = isEverSet ? [before, atCreation] : [answerEdit(process, rule), atCreation, before]
        return edits.compactMap(\.self)
    }

    func rulesEdit(_ process: String, set: ProcessRules = [], clear: ProcessRules = [], before run: StepRun)
        -> PlanEdit
    {
        var members: [JSONTree.Member] = [.init("process", .string(process))]
        if !set.isEmpty { members.append(.init("set", .array(set.names.map { .string($0) }))) }
        if !clear.isEmpty { members.append(.init("clear", .array(clear.names.map { .string($0) }))) }
        let edit = JSONTree.object([.init("setRules", .object(members))])
        return insertion(
            .setRules(of: .named(process), Body(.modify(set: set, clear: clear), json: .null)), edit, before: run)
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
        let contexts: [Check] = [.creatorContext, .currentContext, .loaderContext]
        guard let processId = refused.routine.checks.first(where: { contexts.contains($0.check) })?.number,
            let image = logs[run.host].messages.last(where: { $0.message.process?.processId == processId })?
                .message.imageFileName
        else { return nil }
        let pattern = "*" + (image.lastIndex(of: "\\").map { String(image[$0...]) } ?? image)
        let policy = RulePolicy(imageFileName: pattern, rules: rule, flags: [])
        let edit = JSONTree.object([
            .init(
                "rulePolicies",
                .array([
                    .object([.init("imageFileName", .string(pattern)), .init("rules", .array([.string(name)]))])
                ]))
        ])
        let change = Change(kind: .config, edit: edit, verified: false)
        let host = run.host
        return PlanEdit(
            change,
            .hosts { hosts in
                let items = hosts[host].rulePolicies?.value.items ?? []
                hosts[host].rulePolicies = Body(RulePolicyList(items + [policy]), json: .null)
            })
    }

    private func clearEdit(_ refused: RefusedDecision, _ run: StepRun) -> [PlanEdit] {
        guard let process = subject(of: refused) else { return [] }
        return [rulesEdit(process, clear: .suppressAsyncImageLoad, before: run)]
    }

    // MARK: - Events

    private func creatorEdits(_ refused: RefusedDecision, _ run: StepRun) -> [PlanEdit] {
        guard case .createThread(let creation) = run.step.action else { return [] }
        let wantsSame = refused.path.conditions.contains { $0.check == .sameProcess && $0.holds }
        let others = names.processes.keys.sorted().filter { Reference.named($0) != creation.target }
        let candidates = wantsSame ? [creation.target] : others.map { .named($0) }
        return candidates.map { creator in
            let edit = JSONTree.object([
                .init("createThread", .object([.init("creator", .string(creator.description))]))
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
    private func exitEdits(_ refused: RefusedDecision) -> [PlanEdit] {
        guard let processId = refused.look.number else { return [] }
        for run in steps.prefix(refused.index).reversed() {
            guard case .exitProcess(let process) = run.step.action, self.processId(process) == processId else {
                continue
            }
            let edit = JSONTree.object([
                .init("remove", .object([.init("exitProcess", .string(process.description))]))
            ])
            return [PlanEdit(change(run, edit), .remove(run.number))]
        }
        return []
    }

    private func commandLineEdit(
        _ refused: RefusedDecision, _ run: StepRun, _ failure: FailedExpectation
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

    private func fileObjectEdit(_ run: StepRun) -> [PlanEdit] {
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

    private func streamEdits(_ run: StepRun) -> [PlanEdit] {
        guard case .loadImage(_, let load) = run.step.action else { return [] }
        let name = load.value.fullImageName
        let rule = StreamContextRules.notifyImageLoadRule
        let rules = JSONTree.array(rule.names.map { .string($0) })
        for (stream, _) in names.streams.sorted(by: { $0.key < $1.key }) {
            let creation = steps.lazy.compactMap { run -> String? in
                if case .createStream(stream, let body) = run.step.action { body.value.fileName } else { nil }
            }.first
            guard let creation, ImageNamePattern(creation).matches(name) else { continue }
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

    private func wow64Edit(_ refused: RefusedDecision, _ run: StepRun) -> [PlanEdit] {
        guard let process = subject(of: refused) else { return [] }
        let name = #"C:\Windows\System32\wow64cpu.dll"#
        let edit = JSONTree.object([
            .init(
                "setRules",
                .object([.init("process", .string(process)), .init("set", .array([.string("NotifyWow64cpuLoad")]))])),
            .init("loadImage", .object([.init("process", .string(process)), .init("fullImageName", .string(name))])),
        ])
        let load = ImageLoad(processId: 0, fullImageName: name)
        return [
            PlanEdit(
                change(run, before: true, edit),
                .insert(
                    [
                        Step(
                            line: run.step.line,
                            action: .setRules(
                                of: .named(process), Body(.modify(set: .notifyWow64cpuLoad, clear: []), json: .null))),
                        Step(
                            line: run.step.line,
                            action: .loadImage(process: .named(process), Body(load, json: .null))),
                    ], before: run.number))
        ]
    }

    /// The event that nothing in scope causes: for a process that the criteria name.
    func edits(forAbsentIn failure: FailedExpectation) -> [PlanEdit] {
        guard let criteria = failure.criteria, let index = failure.stepIndex, steps[index].step.action == nil else {
            return []
        }
        let isAbsent = failure.report.why.contains { if case .absent = $0 { true } else { false } }
        guard isAbsent, let path = criteria.paths.first,
            let name = criteria.matchers.lazy.compactMap({ matcher -> String? in
                if case .process(.named(let name)) = matcher.matcher { name } else { nil }
            }).first
        else { return [] }
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

    /// A value as a criterion writes it: a process by its name.
    func written(_ value: ObservedValue) -> JSONTree {
        guard value.isPresent else { return .object([.init("present", .bool(false))]) }
        guard case .process(let process) = value,
            let name = names.processes.filter({ $0.value.identity == process }).keys.min()
        else { return value.json }
        return .string(name)
    }

    // MARK: - Engines

    /// A reply that the driver takes: by the embedded engine, or as the engine would have to send it.
    func replyEdit(_ reply: Reason.ReplyRead, _ failure: FailedExpectation) -> PlanEdit? {
        guard let host = failure.scope?.host, let message = logs[host][reply.message] else { return nil }
        if reply.isEmbedded { return embeddedEdit(reply.message, failure) }
        let edit = JSONTree.object([.init("operationType", .integer(message.message.operationCode))])
        return message.message.kind == .sync ? answerEdit(reply.message, edit) : nil
    }

    /// An answer that the engine under test would have to give.
    private func answerEdit(_ sequence: UInt64, _ answer: JSONTree) -> PlanEdit {
        var change = Change(kind: .engine, edit: answer, verified: false)
        change.message = sequence
        return PlanEdit(change)
    }

    /// The rule by the answer of the engine under test to the creation of a process; nil if none was asked.
    private func answerEdit(_ process: String, _ rule: ProcessRules) -> PlanEdit? {
        guard !bed.canRunAgain, let named = names.processes[process], steps.indices.contains(named.index),
            let message = creation(in: named.index), embeddedSetting(for: message, on: steps[named.index].host) == nil,
            message.reply?.answer != nil || message.delivery == .failed
        else { return nil }
        let rules = ProcessRules(rawValue: message.reply?.reading.creation?.processRules ?? 0).union(rule)
        return answerEdit(message.sequence, .object([.init("rules", .array(rules.names.map { .string($0) }))]))
    }

    /// An embedded engine that acknowledges a message.
    func embeddedEdit(_ sequence: UInt64, _ failure: FailedExpectation) -> PlanEdit? {
        guard let host = failure.scope?.host, let message = logs[host][sequence],
            let embedded = embeddedSetting(for: message, on: host)
        else { return nil }
        return edit(embedded, on: host, [.init("reply", .string("acknowledge"))]) { behavior, entry in
            guard let entry else {
                (behavior.reply, behavior.failEvery) = (.acknowledge, 0)
                return
            }
            behavior.replies[entry].reply = .acknowledge
            behavior.replies[entry].answer = nil
            behavior.replies[entry].failEvery = 0
        }
    }

    /// An embedded engine that takes so long for a message.
    func delayEdit(_ milliseconds: Int, _ sequence: UInt64, _ failure: FailedExpectation) -> PlanEdit? {
        guard let host = failure.scope?.host, let message = logs[host][sequence],
            let embedded = embeddedSetting(for: message, on: host)
        else { return nil }
        return edit(embedded, on: host, [.init("delayMs", .integer(milliseconds))]) { behavior, entry in
            guard let entry else {
                behavior.delay = .milliseconds(milliseconds)
                return
            }
            behavior.replies[entry].delay = .milliseconds(milliseconds)
        }
    }

    /// A worker that runs again before the expectation is looked at.
    func workerEdit(_ failure: FailedExpectation) -> PlanEdit? {
        guard let index = failure.stepIndex else { return nil }
        return insertion(.worker(.run), .object([.init("worker", .string("run"))]), before: steps[index])
    }
}
