import Driver
import DriverJSON
import JSON
import Messages

// Why the driver did not make a message.
extension CaseRun {
    /// How many decisions an explanation shows.
    private static let mostDecisions = 3

    /// The reasons why too few messages match: the decisions against them, or that nothing could make one.
    func reasons(for failure: inout LookedExpectation, _ scope: MessageScope) -> [Reason] {
        guard let criteria = failure.criteria, isTooFew(failure) else { return [] }
        return reasons(against: criteria, scope, &failure.refused)
    }

    /// The reasons why no message met `criteria`; `refused` becomes the decisions that they show.
    func reasons(
        against criteria: Criteria, _ scope: MessageScope, _ refused: inout [RefusedDecision]
    ) -> [Reason] {
        let paths = criteria.paths
        guard !paths.isEmpty else { return [] }
        // Any message would do, if it were lost.
        if !criteria.namesOperation, criteria.wantsLoss { return [] }
        guard let decisions = decisions(against: criteria, paths, scope) else {
            if let unknown = unknown(paths, scope) { return [unknown] }
            // Other steps made the messages that the worker took.
            guard criteria.namesOperation, !scope.isOfWorker(in: steps) else { return [] }
            return [
                unregistered(paths, scope) ?? refusal(paths[0], scope) ?? unfinished(paths[0], scope)
                    ?? absent(criteria, paths[0], scope)
            ]
        }
        refused = Array(decisions.prefix(Self.mostDecisions))
        let history = history(of: scope.host)
        return refused.map {
            .decision(decision($0.look, of: $0.routine, in: $0.index, $0.record, history, scope.host, on: $0.path))
        }
    }

    /// The decisions against messages on `paths`, the nearest first; nil if no step in scope could make one.
    private func decisions(
        against criteria: Criteria, _ paths: [MessagePath], _ scope: MessageScope
    ) -> [RefusedDecision]? {
        var refused: [RefusedDecision] = []
        var couldMake = false
        for index in scope.steps where concerns(index, scope.host) {
            let action = steps[index].step.action
            if makesRaw(action, paths) { couldMake = true }
            if steps[index].refusal != nil { continue }
            let isNamed = criteria.names(action, names)
            // Other processes give no reason.
            if let action, !isNamed, !action.subjects.isEmpty, criteria.processName != nil { continue }
            // A step in the background may have made a message, though it has not said what it decided.
            if logs[scope.host].made(by: index).contains(where: { message in paths.contains { $0.type == message.type }
            }) {
                couldMake = true
            }
            for (record, routines) in decisions(of: index, on: scope.host) {
                for routine in routines {
                    let ways = paths.filter { $0.isEvent(of: routine) }
                    if ways.isEmpty { continue }
                    couldMake = true
                    // A routine that made such a message gives no reason.
                    let made = routine.messages.compactMap { logs[scope.host][$0].map { MessageType(of: $0.message) } }
                    if ways.contains(where: { made.contains($0.type) }) { continue }
                    // Of several ways that the routine did not take, the one that it followed the longest.
                    let ends = ways.compactMap { path in path.firstUnmet(in: routine.checks).map { (path, $0) } }
                    guard let (path, end) = ends.max(by: { $0.1.position < $1.1.position }) else { continue }
                    refused.append(
                        RefusedDecision(
                            index: index, record: record, routine: routine, path: path, look: end.look,
                            isNamed: isNamed))
                }
            }
        }
        guard couldMake else { return nil }
        // The nearest first: those about a process that the criteria name, then the latest.
        return refused.sorted {
            ($0.isNamed ? 1 : 0, $0.index, $0.record ?? 0) > ($1.isNamed ? 1 : 0, $1.index, $1.record ?? 0)
        }
    }

    private func isTooFew(_ failure: LookedExpectation) -> Bool {
        switch failure.expectation?.subject {
        case .messages(_, let count): failure.report.found ?? 0 < count.atLeast
        case .order: true
        default: false
        }
    }

    /// The decisions of the routines of a host in a step, by record.
    func decisions(of index: Int, on host: Int) -> [(record: Int?, routines: [ObservedRoutine])] {
        guard let outcome = steps[index].outcome else { return [] }
        if let replay = outcome.replay {
            let name = plan.hosts[host].name
            return (replay.records ?? []).filter { $0.host == name }.map { ($0.line, $0.routines) }
        }
        return [(nil, outcome.routines)]
    }

    /// Whether an action asks for one of the messages itself.
    private func makesRaw(_ action: Action?, _ paths: [MessagePath]) -> Bool {
        guard case .notify(let notify) = action, let name = notify.body["operation"]?.text else { return false }
        return paths.contains { $0.type.operation.name == name }
    }

    /// Says that nobody knows what the records of a replay in `scope` decided; nil without such a replay.
    private func unknown(_ paths: [MessagePath], _ scope: MessageScope) -> Reason? {
        let replay = scope.steps.first { index in
            steps[index].host == scope.host && steps[index].outcome?.replay.map { $0.records == nil } ?? false
        }
        guard let replay else { return nil }
        return .absent(
            event: "replay",
            detail: "the service does not keep what the records of \(steps[replay].title) decided about "
                + paths[0].type.operation.name)
    }

    /// Says that the routine which makes the message is not registered; nil if it is, or nothing happened that calls it.
    private func unregistered(_ paths: [MessagePath], _ scope: MessageScope) -> Reason? {
        guard paths.allSatisfy({ $0.routine == .createThreadNotifyEx }),
            let setting = DriverSetting(named: "createThreadNotifyRoutineEx")
        else { return nil }
        let inScope = Set(scope.steps)
        var config = DriverConfig()
        var line = plan.hosts[scope.host].configLine
        plan.hosts[scope.host].config?.value.apply(to: &config)
        for (index, run) in steps.enumerated() where run.host == scope.host && run.refusal == nil {
            switch run.step.action {
            case .setConfig(let change):
                change.value.apply(to: &config)
                if change.value[setting] != nil { line = run.step.line }
            case .createThread where inScope.contains(index) && !config.createThreadNotifyRoutineEx:
                return .absent(
                    event: "createThread",
                    detail: "\(paths[0].routine.name) is not registered: createThreadNotifyRoutineEx is false"
                        + (line.map { " (line \($0))" } ?? ""))
            default: break
            }
        }
        return nil
    }

    /// Says that the host refused a step which may make the message; nil if it refused none.
    private func refusal(_ path: MessagePath, _ scope: MessageScope) -> Reason? {
        let step = scope.steps.first { index in
            concerns(index, scope.host) && steps[index].refusal != nil
                && steps[index].step.action.map(path.event.isCaused) ?? false
        }
        guard let step, let refusal = steps[step].refusal else { return nil }
        return .absent(
            event: path.event.rawValue,
            detail: "\(steps[step].title) was refused (\(refusal.problem)), so the driver has no reason for "
                + path.type.operation.name)
    }

    /// Says that a step which may make the message is still in the background; nil if there is none.
    private func unfinished(_ path: MessagePath, _ scope: MessageScope) -> Reason? {
        let waiting = Set(pending.values.flatMap { $0.map(\.index) })
        let step = scope.steps.first { index in
            steps[index].host == scope.host && waiting.contains(index)
                && steps[index].step.action.map(path.event.isCaused) ?? false
        }
        guard let step else { return nil }
        return .absent(
            event: path.event.rawValue,
            detail: "\(steps[step].title) is still in the background (await), so what it decides about "
                + "\(path.type.operation.name) is not known")
    }

    private func absent(_ criteria: Criteria, _ path: MessagePath, _ scope: MessageScope) -> Reason {
        let event = path.event
        let isOneStep =
            scope.steps.count == 1 && scope.steps.first.flatMap { steps[$0].step.action }.map { !$0.isWait } ?? false
        let isReplay = isOneStep && scope.steps.contains { steps[$0].outcome?.replay != nil }
        let subject: String
        if let process = criteria.processName {
            subject = (isOneStep ? "in \(scope.name), " : "") + event.absence(of: process)
        } else if isOneStep {
            subject =
                isReplay ? "no record of \(scope.name) \(event.verb)" : "\(scope.name) is not one that \(event.verb)"
        } else {
            subject = "no step \(event.verb)"
        }
        let host = plan.hosts.count > 1 ? " on host \(plan.hosts[scope.host].name)" : ""
        return .absent(
            event: event.rawValue,
            detail: "\(subject)\(host), so the driver has no reason for \(path.type.operation.name)")
    }
}

extension MessagePath {
    /// Whether a routine ran for the event that may cause the message: the exit of a process is another than its creation.
    fileprivate func isEvent(of routine: ObservedRoutine) -> Bool {
        if routine.routine != self.routine { return false }
        // Of a kernel image it only keeps a list (IMG-1).
        if routine.checks.contains(where: { $0.check == .systemModeImage && $0.holds }) { return false }
        guard let condition = conditions.first(where: { $0.check == .createInfo }) else { return true }
        return routine.checks.first { $0.check == .createInfo }?.holds == condition.holds
    }

    /// The first condition on the way that turned out otherwise, and its position on the way; nil if the message was made.
    fileprivate func firstUnmet(in looks: [ObservedRoutine.Look]) -> (position: Int, look: ObservedRoutine.Look)? {
        for (position, condition) in conditions.enumerated() {
            guard let look = looks.first(where: { $0.check == condition.check }) else { return nil }
            if look.holds != condition.holds { return (position, look) }
        }
        return nil
    }
}

extension Criteria {
    /// The ways to messages that could match: those of the operations and kinds that the criteria allow.
    var paths: [MessagePath] {
        func allows(_ path: String, _ text: String) -> Bool {
            matchers.first { $0.path == path }?.matcher.allows(text) ?? true
        }
        return MessagePath.table.filter { path in
            allows("operation", path.type.operation.name) && allows("kind", path.type.kind.rawValue)
                && allows("routine", path.routine.name)
        }
    }

    /// Whether they want messages that were not sent.
    fileprivate var wantsLoss: Bool {
        matchers.contains { field in
            switch field.path {
            case "delivery": !field.matcher.allows(MessageRecord.Delivery.sent.rawValue)
            case "status": !field.matcher.allows(NTStatus.success.name)
            default: field.path == "droppedFor"
            }
        }
    }

    /// Whether they say which operation is meant.
    var namesOperation: Bool { matchers.contains { $0.path == "operation" } }

    /// The name of the process that is meant.
    var processName: String? {
        matchers.lazy.compactMap { matcher in
            if case .process(.named(let name)) = matcher.matcher { name } else { nil }
        }.first
    }

    /// Whether the criteria name a process that a step is about.
    fileprivate func names(_ action: Action?, _ names: NameTable) -> Bool {
        let wanted = matchers.compactMap { matcher -> String? in
            if case .process(.named(let name)) = matcher.matcher { name } else { nil }
        }
        let used = action?.subjects ?? []
        // A process may have several names.
        return wanted.contains { name in
            used.contains { other in
                other == name || names.processes[name].map { $0.isSame(as: names.processes[other]) } ?? false
            }
        }
    }
}

extension Matcher {
    /// Whether a text may match, as far as that is plain.
    fileprivate func allows(_ text: String) -> Bool {
        switch self {
        case .equals(let value): value == .text(text)
        case .anyOf(let matchers): matchers.contains { $0.allows(text) }
        case .allOf(let matchers): matchers.allSatisfy { $0.allows(text) }
        case .not(let matcher): !matcher.allows(text)
        default: true
        }
    }
}

extension MessageScope {
    /// Whether it is what the worker took in a step.
    fileprivate func isOfWorker(in all: [StepRun]) -> Bool {
        guard steps.count == 1, case .worker = all[steps[0]].step.action else { return false }
        return true
    }
}
