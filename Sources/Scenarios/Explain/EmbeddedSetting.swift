import Driver
import DriverJSON
import Engines
import JSON
import Messages
import Runtime

/// The embedded engine that answered a message: its setting, and where the scenario sets it.
struct EmbeddedSetting {
    /// The whole setting.
    let behavior: EmbeddedEngine.Behavior
    /// The entry of `replies` that the message matches.
    let entry: Int?
    /// The line that sets it.
    let line: Int?
    /// The step that set it; nil if the host was created with it.
    let step: StepNumber?

    private var override: ReplyEntry? { entry.map { behavior.replies[$0] } }

    /// How long it takes.
    var delay: Duration { override?.delay ?? behavior.delay }
    /// Whether it answers with a decision about a process.
    var hasAnswer: Bool { override?.answer != nil }
    /// How it answers.
    var reply: EmbeddedEngine.Reply { override?.reply ?? behavior.reply }
    /// Every how many messages it fails; 0 for never.
    var failEvery: UInt64 { override?.failEvery ?? behavior.failEvery }

    /// The answer in words, if it is not the usual one.
    var fault: String? {
        if failEvery > 0 { return "failEvery \(failEvery)" }
        return reply == .acknowledge ? nil : reply.rawValue
    }

    /// The setting with another answer to messages like that one.
    func changed(_ set: (inout EmbeddedEngine.Behavior, Int?) -> Void) -> EmbeddedEngine.Behavior {
        var changed = behavior
        set(&changed, entry)
        return changed
    }
}

extension CaseRun {
    /// The embedded engine that answered `message`; nil if a real engine did.
    func embeddedSetting(for message: ObservedMessage, on host: Int) -> EmbeddedSetting? {
        var body = plan.hosts[host].engine
        var line = plan.hosts[host].engineLine
        var step: StepNumber?
        for run in steps where run.host == host && run.refusal == nil {
            if case .setEngine(let setting) = run.step.action, applies(run, to: message, on: host) {
                (body, line, step) = (setting, run.step.line, run.number)
            }
        }
        let behavior: EmbeddedEngine.Behavior
        switch body?.value {
        case .embedded(let given): behavior = given
        case nil where message.reply?.answer == nil && time.isVirtual: behavior = EmbeddedEngine.Behavior()
        default: return nil
        }
        let facts = message.message
        let entry = behavior.replies.firstIndex { entry in
            ReplyTable([entry]).decide(
                kind: facts.kind, operation: facts.operation, imageFileName: facts.imageFileName
            ).entry != nil
        }
        let entryLine = entry.flatMap { (body?.itemLines ?? []).dropFirst($0).first }
        return EmbeddedSetting(behavior: behavior, entry: entry, line: entryLine ?? line, step: step)
    }

    /// The edit of the embedded engine that answered `message`.
    func edit(
        _ embedded: EmbeddedSetting, on host: Int, _ shown: [JSONTree.Member],
        _ set: (inout EmbeddedEngine.Behavior, Int?) -> Void
    ) -> PlanEdit {
        let changed = embedded.changed(set)
        let inner = JSONTree.object(shown)
        let edit = JSONTree.object([
            .init("engine", embedded.entry.map { JSONTree.object([.init("replies[\($0)]", inner)]) } ?? inner)
        ])
        let body = Body(EngineSetting.embedded(changed), json: .null)
        guard let number = embedded.step else {
            let change = Change(kind: .engine, edit: ofHost(host, edit), verified: false)
            return PlanEdit(change, .hosts { $0[host].engine = body })
        }
        var change = Change(kind: .engine, edit: edit, verified: false)
        change.place = steps.last { $0.number == number }?.place
        return PlanEdit(change, .step(number) { $0.action = .setEngine(body) })
    }

    /// An edit of what a host is created with, as the scenario writes it: below `hosts` if that has them.
    func ofHost(_ host: Int, _ edit: JSONTree) -> JSONTree {
        if plan.hosts.count == 1, plan.hosts[host].name == HostPlan.mainName { return edit }
        return .object([.init("hosts", .object([.init(plan.hosts[host].name, edit)]))])
    }

    // MARK: - Configuration

    /// Where a setting of a host was last set, among the steps that count: the line, and the step if one did.
    func origin(
        of setting: DriverSetting, on host: Int, _ counts: (StepRun) -> Bool
    ) -> (line: Int?, run: StepRun?) {
        let last = steps.last { run in
            guard run.host == host, run.refusal == nil, case .setConfig(let change) = run.step.action else {
                return false
            }
            return change.value[setting] != nil && counts(run)
        }
        if let last { return (last.step.line, last) }
        return (plan.hosts[host].config?.value[setting] == nil ? nil : plan.hosts[host].configLine, nil)
    }

    /// A step that changes a setting before the one that made a message.
    func insertion(
        _ name: String, _ value: DriverSetting.Value, before message: UInt64, on host: Int
    ) -> PlanEdit? {
        guard let setting = DriverSetting(named: name),
            let index = logs[host][message]?.step, steps.indices.contains(index)
        else { return nil }
        var config = DriverConfigChange()
        config[setting] = value
        let edit = JSONTree.object([.init("config", .object([.init(name, value.json)]))])
        var change = Change(kind: .step, edit: edit, verified: false)
        (change.place, change.isBefore) = (steps[index].place, true)
        let step = Step(line: steps[index].step.line, action: .setConfig(Body(config, json: .null)))
        return PlanEdit(change, .insert([step], before: steps[index].number))
    }

    /// The edit of a setting, where the scenario sets it last among the steps that count.
    func edit(
        _ name: String, _ value: DriverSetting.Value, on host: Int, _ counts: (StepRun) -> Bool
    ) -> PlanEdit? {
        guard let setting = DriverSetting(named: name) else { return nil }
        let run = origin(of: setting, on: host, counts).run
        let edit = JSONTree.object([.init("config", .object([.init(name, value.json)]))])
        var change = Change(kind: .config, edit: run == nil ? ofHost(host, edit) : edit, verified: false)
        guard let run else {
            return PlanEdit(
                change,
                .hosts { hosts in
                    var config = hosts[host].config?.value ?? DriverConfigChange()
                    config[setting] = value
                    hosts[host].config = Body(config, json: .null)
                })
        }
        change.place = run.place
        return PlanEdit(
            change,
            .step(run.number) { step in
                guard case .setConfig(var body) = step.action else { return }
                body.value[setting] = value
                step.action = .setConfig(body)
            })
    }
}

extension DriverSetting {
    /// The setting called `name`; nil if there is none.
    init?(named name: String) {
        guard let setting = DriverConfig.table.first(where: { $0.name.description == name }) else { return nil }
        self = setting
    }
}

extension DriverSetting.Value {
    /// The value as a scenario writes it.
    var json: JSONTree {
        switch self {
        case .number(let number): .integer(number)
        case .flag(let flag): .bool(flag)
        case .name(let name): .string(name)
        }
    }
}
