import Driver
import DriverJSON
import Messages

// Making the history of the words of processes.
extension CaseRun {
    /// The history of the words on a host.
    func history(of host: Int) -> WordHistory {
        var history = WordHistory()
        var policies = plan.hosts[host].rulePolicies
        var config = DriverConfig()
        plan.hosts[host].config?.value.apply(to: &config)
        for (index, run) in steps.enumerated() where concerns(index, host) && run.refusal == nil {
            switch run.step.action {
            case .setRulePolicies(let list): policies = list
            case .setConfig(let change): change.value.apply(to: &config)
            case .setRules(let process, let change):
                if let processId = processId(process) {
                    history.add(change.value, .rules, of: processId, index, run)
                }
            case .setFlags(let process, let change):
                if let processId = processId(process) {
                    history.add(change.value, .flags, of: processId, index, run)
                }
            default: break
            }
            let records = lines(ofRecordsIn: index, on: host)
            for message in logs[host].made(by: index) {
                var place = run.place
                place.record = records[message.sequence]
                note(message, run, index, place, host, policies, config, in: &history)
            }
            var newest: UInt64 = 0
            for (record, routines) in decisions(of: index, on: host) {
                var place = run.place
                place.record = record
                for routine in routines {
                    newest = max(newest, routine.messages.max() ?? 0)
                    note(routine, at: WordHistory.Moment(step: index, message: newest), place, host, in: &history)
                }
            }
        }
        history.settle()
        return history
    }

    /// Whether a step acts on a host: a replay may act on several.
    func concerns(_ index: Int, _ host: Int) -> Bool {
        steps[index].host == host || steps[index].outcome?.replay != nil
    }

    /// When a message came to its end: in the step that made it, or in a later one if that step was in the background.
    func end(of message: ObservedMessage, madeIn index: Int, on host: Int) -> WordHistory.Moment {
        guard let ended = message.endedAs else { return WordHistory.Moment(step: .max) }
        // All others waited for it.
        guard steps[index].step.background else { return WordHistory.Moment(step: index, message: message.sequence) }
        let later = steps.indices.dropFirst(index + 1).last { other in
            steps[other].host == host && steps[other].ended.map { $0 < ended } ?? false
        }
        return WordHistory.Moment(step: later ?? index, message: message.sequence)
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
        _ message: ObservedMessage, _ run: StepRun, _ index: Int, _ place: StepPlace, _ host: Int,
        _ policies: Body<RulePolicyList>?, _ config: DriverConfig, in history: inout WordHistory
    ) {
        guard let process = message.message.process else { return }
        if message.message.operation == .async(.createProcess), message.routine == .createProcessNotifyEx {
            if message.message.kind != .direct { return history.exit(process.processId, at: index, place) }
            history.create(process.processId, at: WordHistory.Moment(step: index, message: message.sequence))
            noteCreation(message, process.processId, run, index, place, host, policies, config, in: &history)
        }
        // The acknowledgment of a NewImageLoadPerStream clears a rule of the stream.
        if message.message.operation != .sync(.newImageLoadPerStream),
            let rule = message.clearedRule.flatMap({ ProcessRules.bit(named: $0) })
        {
            var cause = Cause(
                .acknowledgement,
                detail: "The acknowledgment of #\(message.sequence) cleared it (SYN-9): \(place.words).")
            (cause.message, cause.place, cause.rule) = (message.sequence, place, "SYN-9")
            history.add(
                WordHistory.Event(
                    moment: end(of: message, madeIn: index, on: host), processId: process.processId, word: .rules,
                    set: 0, cleared: rule.rawValue, cause: cause))
        }
    }

    private func noteCreation(
        _ message: ObservedMessage, _ processId: UInt32, _ run: StepRun, _ index: Int, _ place: StepPlace, _ host: Int,
        _ policies: Body<RulePolicyList>?, _ config: DriverConfig, in history: inout WordHistory
    ) {
        let creation = WordHistory.Moment(step: index, message: message.sequence)
        func add(
            _ word: WordHistory.Word, _ set: UInt32, clearing cleared: UInt32 = 0, without absent: UInt32 = 0,
            with present: UInt32 = 0, at moment: WordHistory.Moment, isWhole: Bool = false, _ cause: Cause
        ) {
            history.add(
                WordHistory.Event(
                    moment: moment, processId: processId, word: word, set: set, cleared: cleared, absent: absent,
                    present: present, isWhole: isWhole, cause: cause))
        }
        var created = Cause(.creation, detail: "It was created so: \(place.words).")
        created.place = place
        if case .createProcess(let request) = run.step.action {
            let rules = request.creation.value.rules.rawValue
            add(.rules, rules, without: ~rules, at: creation, created)
            // The flags that follow from the image are not those of the request.
            let flags = request.creation.value.flags?.rawValue ?? 0
            let initial = request.creation.value.initialFlags.rawValue
            add(.flags, flags, without: ~initial, with: initial & ~flags, at: creation, created)
        }
        if config.createThreadNotifyRoutineEx {
            add(.flags, ProcessFlags.threadNotifyRoutineExSet.rawValue, at: creation, created)
        }
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
            add(.rules, policy.rules.rawValue, at: creation, cause)
            add(.flags, policy.flags.rawValue, at: creation, cause)
        }
        guard let answer = message.reply?.reading.creation else { return }
        let answered = end(of: message, madeIn: index, on: host)
        var cause = Cause(
            .reply, detail: "The engine's reply to #\(message.sequence) set the word (PRC-3): \(place.words).")
        (cause.message, cause.place, cause.rule) = (message.sequence, place, "PRC-3")
        if let rules = answer.processRules { add(.rules, rules, clearing: ~rules, at: answered, isWhole: true, cause) }
        if let flags = answer.processFlags {
            add(
                .flags, flags, clearing: ~flags & ~ProcessFlags.threadNotifyRoutineExSet.rawValue, at: answered,
                isWhole: true, cause)
        }
    }

    /// The changes that a routine makes itself: a thread uses up a flag and a count of the lock (TEX-2), wow64cpu.dll sets a
    /// flag (IMG-3), and a creation counts into the lock (PRC-5).
    private func note(
        _ routine: ObservedRoutine, at moment: WordHistory.Moment, _ place: StepPlace, _ host: Int,
        in history: inout WordHistory
    ) {
        let checks = routine.checks
        func holds(_ check: Check) -> Bool { checks.contains { $0.check == check && $0.holds } }
        func subject(_ check: Check) -> UInt32? { checks.first { $0.check == check }?.number }
        func add(_ flag: ProcessFlags, to processId: UInt32, isSet: Bool, _ rule: String, _ detail: String) {
            var cause = Cause(.step, detail: "\(detail): \(place.words).")
            (cause.place, cause.rule) = (place, rule)
            history.add(
                WordHistory.Event(
                    moment: moment, processId: processId, word: .flags, set: isSet ? flag.rawValue : 0,
                    cleared: isSet ? 0 : flag.rawValue, cause: cause))
        }
        func count(_ processId: UInt32, _ isCounted: Bool) {
            history.locks.append(
                WordHistory.LockEvent(
                    step: moment.step, processId: processId, isCounted: isCounted, place: place))
        }
        if holds(.isWow64cpu), let processId = subject(.loaderContext) {
            add(.imageWow64cpuLoaded, to: processId, isSet: true, "IMG-3", "It loaded wow64cpu.dll (IMG-3)")
        }
        if holds(.ruleNotifyProcessCmdLine), let processId = subject(.currentContext) {
            add(
                .threadNotifyRoutineExSet, to: processId, isSet: false, "TEX-2",
                "An earlier thread was the first, and used it up (TEX-2)")
            count(processId, false)
        }
        if holds(.ruleNotifyProcessCmdLineAtCreation),
            let processId = routine.messages.first.flatMap({ logs[host][$0]?.message.process?.processId })
        {
            count(processId, true)
        }
    }
}

extension WordHistory {
    fileprivate mutating func add(
        _ change: WordChange<some NamedBits>, _ word: Word, of processId: UInt32, _ index: Int, _ run: StepRun
    ) {
        var cause = Cause(.step, detail: "A step set the word: \(run.place.words).")
        cause.place = run.place
        add(
            Event(
                moment: Moment(step: index), processId: processId, word: word, set: change.masks.set,
                cleared: change.masks.cleared, isWhole: change.isWhole, cause: cause))
    }
}

extension WordChange {
    /// Whether it sets the whole word.
    fileprivate var isWhole: Bool { if case .replace = self { true } else { false } }

    /// The bits that it sets and clears.
    var masks: (set: UInt32, cleared: UInt32) {
        switch self {
        case .replace(let word): (word.rawValue, ~word.rawValue)
        case .modify(let set, let clear): (set.rawValue & ~clear.rawValue, clear.rawValue)
        }
    }
}
