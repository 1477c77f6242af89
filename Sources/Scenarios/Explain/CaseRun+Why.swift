import Bytes
import Driver
import DriverJSON
import JSON
import Messages

// Why the driver did not make a message.
extension CaseRun {
    /// How many decisions an explanation shows.
    private static let mostDecisions = 3

    /// The reasons why too few messages match: the decisions against them, or that nothing could make one.
    func reasons(for failure: inout FailedExpectation, _ scope: MessageScope) -> [Reason] {
        guard let criteria = failure.criteria, isTooFew(failure) else { return [] }
        return reasons(against: criteria, scope, &failure.refused)
    }

    /// The reasons why no message met `criteria`; `refused` becomes the decisions that they show.
    func reasons(
        against criteria: Criteria, _ scope: MessageScope, _ refused: inout [RefusedDecision]
    ) -> [Reason] {
        let paths = criteria.paths
        guard !paths.isEmpty else { return [] }
        guard let decisions = decisions(against: criteria, paths, scope) else {
            if let unknown = unknown(paths, scope) { return [unknown] }
            return criteria.namesOperation ? [absent(paths, scope)] : []
        }
        refused = Array(decisions.prefix(Self.mostDecisions))
        let history = history(of: scope.host)
        return refused.map { .decision(describe($0, history, scope.host)) }
    }

    /// The decisions against messages on `paths`, the nearest first; nil if no step in scope could make one.
    private func decisions(
        against criteria: Criteria, _ paths: [MessagePath], _ scope: MessageScope
    ) -> [RefusedDecision]? {
        var refused: [RefusedDecision] = []
        var couldMake = false
        for index in scope.steps where steps[index].host == scope.host {
            if makesRaw(steps[index].step.action, paths) { couldMake = true }
            for (record, routines) in decisions(of: index, on: scope.host) {
                for routine in routines {
                    let ways = paths.filter { $0.isEvent(of: routine) }
                    if ways.isEmpty { continue }
                    couldMake = true
                    // A routine that made such a message is no reason.
                    let made = routine.messages.compactMap { logs[scope.host][$0].map { MessageType(of: $0.message) } }
                    if ways.contains(where: { made.contains($0.type) }) { continue }
                    // Of several ways that the routine did not take, the one that it followed the longest.
                    let ends = ways.compactMap { path in path.firstUnmet(in: routine.checks).map { (path, $0) } }
                    guard let (path, end) = ends.max(by: { $0.1.position < $1.1.position }) else { continue }
                    refused.append(
                        RefusedDecision(
                            index: index, record: record, routine: routine, path: path, look: end.look,
                            isNamed: criteria.names(steps[index].step.action, names)))
                }
            }
        }
        guard couldMake else { return nil }
        // The nearest first: those about a process that the criteria name, then the latest.
        return refused.sorted {
            ($0.isNamed ? 1 : 0, $0.index, $0.record ?? 0) > ($1.isNamed ? 1 : 0, $1.index, $1.record ?? 0)
        }
    }

    private func isTooFew(_ failure: FailedExpectation) -> Bool {
        switch failure.expectation?.subject {
        case .messages(_, let count): failure.report.found ?? 0 < count.atLeast
        case .order: true
        default: false
        }
    }

    /// What the routines of a host did in a step, by record.
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

    private func absent(_ paths: [MessagePath], _ scope: MessageScope) -> Reason {
        let path = paths[0]
        let (event, verb): (String, String) =
            switch path.routine {
            case .createThreadNotify, .createThreadNotifyEx: ("createThread", "creates a thread")
            case .loadImageNotify: ("loadImage", "loads an image")
            default:
                path.conditions.first?.holds == false
                    ? ("exitProcess", "ends a process") : ("createProcess", "creates a process")
            }
        let subject: String
        if scope.steps.count == 1, let index = scope.steps.first, steps[index].step.action != nil {
            let isReplay = steps[index].outcome?.replay != nil
            subject = isReplay ? "no record of \(scope.name) \(verb)" : "\(scope.name) is not one that \(verb)"
        } else {
            subject = "no step \(verb)"
        }
        let host = plan.hosts.count > 1 ? " on host \(plan.hosts[scope.host].name)" : ""
        return .absent(
            event: event, detail: "\(subject)\(host), so the driver has no reason for \(path.type.operation.name)")
    }

    private func describe(_ refused: RefusedDecision, _ history: WordHistory, _ host: Int) -> Reason.Decision {
        let run = steps[refused.index]
        var history = history
        history.record = refused.record
        var place = run.place
        place.record = refused.record
        return Reason.Decision(
            place: place, event: run.step.action?.words ?? "", routine: refused.path.routine.name,
            makes: refused.path.type.operation.name, notified: refused.routine.notified,
            checks: refused.routine.checks.filter { look in
                refused.path.conditions.contains { $0.check == look.check }
            }.map(\.report),
            decidedBy: "\(refused.look.check.text)", holds: refused.look.holds, value: refused.look.value,
            cause: cause(of: refused.look, refused.routine, refused.index, history, host))
    }
}

extension MessagePath {
    /// Whether a routine ran for the event that may cause the message: the exit of a process is another than its creation.
    fileprivate func isEvent(of routine: ObservedRoutine) -> Bool {
        if routine.routine != self.routine { return false }
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

    /// Whether they say which operation is meant.
    fileprivate var namesOperation: Bool { matchers.contains { $0.path == "operation" } }

    /// Whether the criteria name a process that a step is about.
    fileprivate func names(_ action: Action?, _ names: NameTable) -> Bool {
        let wanted = matchers.compactMap { matcher -> Reference? in
            if case .process(let reference) = matcher.matcher { reference } else { nil }
        }
        let used = action?.references ?? []
        return wanted.contains { reference in
            if case .named(let name) = reference { used.contains(name) } else { false }
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

extension Action {
    /// The action in words: `createThread: app in app`.
    var words: String {
        switch self {
        case .createProcess(let creation):
            "createProcess: " + (creation.name ?? creation.creation.value.imageFileName)
        case .exitProcess(let process): "exitProcess: \(process)"
        case .createThread(let creation):
            "createThread: \(creation.creator ?? creation.target) in \(creation.target)"
        case .deleteThread(let thread): "deleteThread: \(thread)"
        case .loadImage(let process, let load): "loadImage: \(load.value.fullImageName) in \(process)"
        case .loadDriver(let load): "loadDriver: \(load.value.imageLoad.fullImageName)"
        case .createStream(let name, let creation): "streamContext: \(name ?? creation.value.fileName)"
        case .deleteStream(let name): "deleteStream: \(name)"
        case .setRules(let process, _): "setRules of \(process)"
        case .setFlags(let process, _): "setFlags of \(process)"
        case .setStreamRules(let stream, _): "setRules of \(stream)"
        case .setCommandLine(let process, _): "setCommandLine of \(process)"
        case .notify(let notify): "notify: \(notify.body["operation"]?.text ?? "")"
        case .replay(let replay): "replay: \(replay.file)"
        case .findProcess(let search): "findProcess: \(search.name)"
        case .worker: "worker"
        case .setConfig: "config"
        case .setEngine: "engine"
        case .setRulePolicies: "rulePolicies"
        case .wait, .waitUntil: "wait"
        case .await(let ids): "await: " + ids.joined(separator: ", ")
        case .repeat(let loop): "repeat: \(loop.times) times"
        }
    }
}
