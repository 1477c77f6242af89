import Driver
import DriverJSON
import Messages

// Making the history of the words of processes.
extension CaseRun {
    /// The history of the words on a host.
    func history(of host: Int) -> WordHistory {
        var history = WordHistory()
        var policies = plan.hosts[host].rulePolicies
        for (index, run) in steps.enumerated() where run.host == host {
            switch run.step.action {
            case .setRulePolicies(let list): policies = list
            case .setRules(let process, let change):
                if let processId = processId(process) {
                    history.add(change.value.masks, .rules, of: processId, index, run, .step)
                }
            case .setFlags(let process, let change):
                if let processId = processId(process) {
                    history.add(change.value.masks, .flags, of: processId, index, run, .step)
                }
            default: break
            }
            let records = lines(ofRecordsIn: index, on: host)
            for message in logs[host].made(by: index) {
                var place = run.place
                place.record = records[message.sequence]
                note(message, run, index, place, policies, in: &history)
            }
            for routine in run.outcome?.routines ?? [] { note(routine, run, index, in: &history) }
            for record in run.outcome?.replay?.records ?? [] where record.host == plan.hosts[host].name {
                for routine in record.routines { note(routine, run, index, in: &history) }
            }
        }
        return history
    }

    /// The lines of the records that made a replay's messages on a host, by their sequences.
    private func lines(ofRecordsIn index: Int, on host: Int) -> [UInt64: Int] {
        guard steps[index].outcome?.replay != nil else { return [:] }
        var lines: [UInt64: Int] = [:]
        for (record, routines) in decisions(of: index, on: host) {
            for sequence in routines.flatMap(\.messages) { lines[sequence] = record }
        }
        return lines
    }

    /// The pid of a process that is referred to.
    func processId(_ reference: Reference) -> UInt32? {
        switch reference {
        case .id(let processId): processId
        case .named(let name): names.processes[name]?.identity?.processId
        }
    }

    private func note(
        _ message: ObservedMessage, _ run: StepRun, _ index: Int, _ place: StepPlace,
        _ policies: Body<RulePolicyList>?, in history: inout WordHistory
    ) {
        guard let process = message.message.process else { return }
        if message.message.operation == .async(.createProcess), message.routine == .createProcessNotifyEx {
            if message.message.kind != .direct { return history.exit(process.processId, at: index, place) }
            history.create(process.processId, at: index)
            noteCreation(message, process.processId, run, index, place, policies, in: &history)
        }
        if let rule = message.clearedRule.flatMap({ ProcessRules.bit(named: $0) }) {
            var cause = Cause(
                .acknowledgement,
                detail: "The acknowledgment of #\(message.sequence) cleared it (SYN-9): \(place.words).")
            (cause.message, cause.place, cause.rule) = (message.sequence, place, "SYN-9")
            history.add(
                WordHistory.Event(
                    step: index, processId: process.processId, word: .rules, set: 0, cleared: rule.rawValue,
                    cause: cause))
        }
    }

    private func noteCreation(
        _ message: ObservedMessage, _ processId: UInt32, _ run: StepRun, _ index: Int, _ place: StepPlace,
        _ policies: Body<RulePolicyList>?, in history: inout WordHistory
    ) {
        func add(_ word: WordHistory.Word, _ set: UInt32, clearing cleared: UInt32 = 0, _ cause: Cause) {
            history.add(
                WordHistory.Event(
                    step: index, processId: processId, word: word, set: set, cleared: cleared, cause: cause))
        }
        var creation = Cause(.creation, detail: "It was created so: \(place.words).")
        creation.place = place
        if case .createProcess(let request) = run.step.action {
            add(.rules, request.creation.value.rules.rawValue, creation)
            add(.flags, request.creation.value.flags?.rawValue ?? 0, creation)
        }
        add(.flags, ProcessFlags.threadNotifyRoutineExSet.rawValue, creation)
        for (entry, policy) in (policies?.value.items ?? []).enumerated()
        where ImageNamePattern(policy.imageFileName).matches(message.message.imageFileName ?? "") {
            let line = (policies?.itemLines ?? []).dropFirst(entry).first
            var cause = Cause(
                .policy,
                detail:
                    "Entry \(entry + 1) of rulePolicies\(line.map { ", line \($0)" } ?? ""), \(policy.imageFileName), "
                    + "gave it when the process was created: \(place.words).")
            cause.entryLine = line
            (cause.entry, cause.place) = (entry, place)
            add(.rules, policy.rules.rawValue, cause)
            add(.flags, policy.flags.rawValue, cause)
        }
        guard let answer = message.reply?.reading.creation else { return }
        var cause = Cause(
            .reply, detail: "The engine's reply to #\(message.sequence) set the word (PRC-3): \(place.words).")
        (cause.message, cause.place, cause.rule) = (message.sequence, place, "PRC-3")
        if let rules = answer.processRules { add(.rules, rules, clearing: ~rules, cause) }
        if let flags = answer.processFlags {
            add(.flags, flags, clearing: ~flags & ~ProcessFlags.threadNotifyRoutineExSet.rawValue, cause)
        }
    }

    /// What a routine changes itself: a thread uses up a flag (TEX-2), wow64cpu.dll sets one (IMG-3).
    private func note(_ routine: ObservedRoutine, _ run: StepRun, _ index: Int, in history: inout WordHistory) {
        let checks = routine.checks
        func holds(_ check: Check) -> Bool { checks.contains { $0.check == check && $0.holds } }
        if holds(.isWow64cpu), let processId = checks.first(where: { $0.check == .loaderContext })?.number {
            add(
                .imageWow64cpuLoaded, to: processId, isSet: true, "IMG-3", "It loaded wow64cpu.dll (IMG-3)", run, index,
                in: &history)
        }
        if holds(.ruleNotifyProcessCmdLine),
            let processId = checks.first(where: { $0.check == .currentContext })?.number
        {
            add(
                .threadNotifyRoutineExSet, to: processId, isSet: false, "TEX-2",
                "An earlier thread was the first, and used it up (TEX-2)", run, index, in: &history)
        }
    }

    private func add(
        _ flag: ProcessFlags, to processId: UInt32, isSet: Bool, _ rule: String, _ detail: String, _ run: StepRun,
        _ index: Int, in history: inout WordHistory
    ) {
        var cause = Cause(.step, detail: "\(detail): \(run.place.words).")
        (cause.place, cause.rule) = (run.place, rule)
        history.add(
            WordHistory.Event(
                step: index, processId: processId, word: .flags, set: isSet ? flag.rawValue : 0,
                cleared: isSet ? 0 : flag.rawValue, cause: cause))
    }
}

extension WordHistory {
    fileprivate mutating func add(
        _ masks: (set: UInt32, cleared: UInt32), _ word: Word, of processId: UInt32, _ index: Int, _ run: StepRun,
        _ kind: Cause.Kind
    ) {
        guard run.refusal == nil else { return }
        var cause = Cause(kind, detail: "A step set the word: \(run.place.words).")
        cause.place = run.place
        add(
            Event(
                step: index, processId: processId, word: word, set: masks.set, cleared: masks.cleared, cause: cause))
    }
}

extension WordChange {
    /// The bits that it sets and clears.
    fileprivate var masks: (set: UInt32, cleared: UInt32) {
        switch self {
        case .replace(let word): (word.rawValue, ~word.rawValue)
        case .modify(let set, let clear): (set.rawValue & ~clear.rawValue, clear.rawValue)
        }
    }
}
