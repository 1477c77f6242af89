import Bytes
import Driver
import DriverJSON
import Messages

// Who made a condition turn out as it did.
extension CaseRun {
    /// The cause of what a condition of `routine` looked at in the step `index`; nil if the step itself says it.
    func cause(
        of look: ObservedRoutine.Look, _ routine: ObservedRoutine, _ index: Int, _ history: WordHistory, _ host: Int
    ) -> Cause? {
        let isGuard = [.targetIsNotSystem, .isNotSystemThread, .currentIsNotSystem].contains(look.check)
        if look.holds, isGuard { return nil }
        switch look.check {
        case .createThreadNotifyLock: return look.holds ? nil : causeOfLock(index, history, host)
        case .creatorContext, .currentContext, .loaderContext: return causeOfMissing(look, index, history, host)
        case .sameProcess:
            return Cause(
                .step,
                detail: look.holds
                    ? "The step names no other creator." : "The step names another process as creator.")
        case .commandLineDiffers: return causeOfCommandLine(routine, index, history, host)
        case .streamContext, .ruleImageLoadPerStream: return causeOfStream(look, index, host)
        case .extendedInfoPresent:
            return Cause(.step, detail: "The step loads the image without a file object (extendedInfoPresent: false).")
        case .targetIsNotSystem: return Cause(.step, detail: "The driver never reports threads in System (THR-1).")
        case .isNotSystemThread:
            return Cause(.step, detail: "The driver never reports threads that a system thread creates (THR-1).")
        case .currentIsNotSystem: return Cause(.step, detail: "The driver never reports threads in System (TEX-1).")
        case .createInfo:
            return Cause(.step, detail: look.holds ? "The step creates a process." : "The step ends a process.")
        default: return causeOfBit(look, routine, index, history, host)
        }
    }

    /// The name of a process: the last that a step up to `index` gave to the pid on the host, else a later one.
    func name(of processId: UInt32, on host: Int, before index: Int) -> String? {
        let named = names.processes.filter {
            $0.value.host == plan.hosts[host].name && $0.value.identity?.processId == processId
        }
        let known = named.filter { $0.value.index <= index }.max { ($0.value.index, $1.key) < ($1.value.index, $0.key) }
        return known?.key ?? named.keys.min()
    }

    /// The name of a process that is known by its pid and creation time.
    func name(of process: AuxPidCreationTime, on host: Int) -> String? {
        names.name(of: process, on: plan.hosts[host].name)
    }

    /// The name of a process for people.
    func title(of processId: UInt32, on host: Int, before index: Int) -> String {
        name(of: processId, on: host, before: index) ?? "process \(processId)"
    }

    // MARK: - Bits

    private func causeOfBit(
        _ look: ObservedRoutine.Look, _ routine: ObservedRoutine, _ index: Int, _ history: WordHistory, _ host: Int
    ) -> Cause? {
        guard let (word, bit, name) = look.check.bit, let processId = subject(of: routine, index) else { return nil }
        let isSet = look.check == .asyncImageLoad ? !look.holds : look.holds
        return cause(
            ofBit: bit, name, isSet: isSet, in: word, of: processId,
            before: look.check == .ruleNotifyProcessCmdLineAtCreation ? index + 1 : index, history, host)
    }

    /// The cause of a bit of a process in the step `index`.
    func cause(
        ofBit bit: UInt32, _ name: String, isSet: Bool, in word: WordHistory.Word, of processId: UInt32,
        before index: Int, _ history: WordHistory, _ host: Int
    ) -> Cause {
        let process = title(of: processId, on: host, before: index)
        let last = history.last(bit, isSet: isSet, in: word, of: processId, before: index)
        let opposite = history.last(bit, isSet: !isSet, in: word, of: processId, before: index)
        if let last, last > opposite ?? -1 {
            var cause = history.events[last].cause
            cause.detail = "\(process) \(isSet ? "has" : "has lost") \(name). \(cause.detail)"
            return cause
        }
        if !isSet, word == .flags, bit == ProcessFlags.threadNotifyRoutineExSet.rawValue,
            let waiting = waitingThread(in: processId, host)
        {
            var cause = Cause(
                .step,
                detail: "\(process) has lost \(name). Its first thread used it up (TEX-2): "
                    + "that of \(waiting.title), which is still in the background.")
            (cause.place, cause.rule) = (waiting.place, "TEX-2")
            return cause
        }
        if let opposite {
            let since = history.events[opposite].cause.place.map { " after \($0.words)" } ?? ""
            return Cause(.other, detail: "Something outside the scenario changed \(name) of \(process)\(since).")
        }
        if isSet, word == .flags, let life = history.life(of: processId, in: index) {
            let place = steps[life.created.step].place
            var cause = Cause(
                .creation, detail: "\(process) has \(name), which follows from its image (PRC-9): \(place.words).")
            (cause.place, cause.rule) = (place, "PRC-9")
            return cause
        }
        if isSet { return Cause(.other, detail: "\(process) has \(name), which no step set.") }
        if word == .flags, bit == ProcessFlags.imageWow64cpuLoaded.rawValue {
            return Cause(
                .never,
                detail: "\(process) has not loaded wow64cpu.dll with rule NotifyWow64cpuLoad before (IMG-3).")
        }
        let later =
            history.later(bit, in: word, of: processId, from: index + 1)?.cause.place
            ?? stepToCome(setting: bit, in: word, of: process)
        guard let later else {
            return Cause(
                .never,
                detail: "No step, policy or reply gives \(name) to \(process)."
                    + missedPolicy(with: bit, in: word, of: processId, host, history.life(of: processId, in: index)))
        }
        var cause = Cause(.never, detail: "\(process) gets \(name) later: \(later.words).")
        cause.place = later
        return cause
    }

    /// A step in the background that creates a thread in a process.
    private func waitingThread(in processId: UInt32, _ host: Int) -> StepRun? {
        pending.values.flatMap { $0 }.map { steps[$0.index] }.first { run in
            guard run.host == host, case .createThread(let creation) = run.step.action else { return false }
            return self.processId(creation.target) == processId
        }
    }

    /// A step that the run has not come to, which sets a bit of the process called `name`.
    private func stepToCome(setting bit: UInt32, in word: WordHistory.Word, of name: String) -> StepPlace? {
        let reached = steps.last?.number.parts.first ?? 0
        for (index, step) in plan.steps.enumerated().dropFirst(reached) {
            let set: UInt32
            switch step.action {
            case .setRules(.named(name), let change) where word == .rules: set = change.value.masks.set
            case .setFlags(.named(name), let change) where word == .flags: set = change.value.masks.set
            default: continue
            }
            if set & bit != 0 { return StepPlace(step: "\(index + 1)", id: step.id, line: step.line, iteration: nil) }
        }
        return nil
    }

    /// A sentence about the policy that would give the bit, if the process had another name; empty if there is none.
    private func missedPolicy(
        with bit: UInt32, in word: WordHistory.Word, of processId: UInt32, _ host: Int, _ life: WordHistory.Life?
    ) -> String {
        guard let life,
            let image = logs[host][life.created.message]?.message.imageFileName,
            let (entry, policy, line) = policies(of: host, before: life.created.step).first(where: { _, policy, _ in
                (word == .rules ? policy.rules.rawValue : policy.flags.rawValue) & bit != 0
            })
        else { return "" }
        let place = line.map { ", line \($0)," } ?? ""
        return "\nEntry \(entry + 1) of rulePolicies\(place) would give it, "
            + "but \(policy.imageFileName.quoted()) does not match \(image.quoted())."
    }

    /// The rule policies of a host when a step began, with their lines.
    private func policies(of host: Int, before index: Int) -> [(entry: Int, policy: RulePolicy, line: Int?)] {
        var list = plan.hosts[host].rulePolicies
        for run in steps.prefix(index) where run.host == host && run.refusal == nil {
            if case .setRulePolicies(let given) = run.step.action { list = given }
        }
        let items = list?.value.items ?? []
        return items.enumerated().map { ($0, $1, list?.itemLines.dropFirst($0).first) }
    }

    private func causeOfLock(_ index: Int, _ history: WordHistory, _ host: Int) -> Cause {
        let bit = ProcessRules.notifyProcessCmdLine.rawValue
        var cause = Cause(
            .never, detail: "A process counts into the lock when it is created with NotifyProcessCmdLine (PRC-5).")
        cause.rule = "PRC-5"
        guard case .createThread(let creation) = steps[index].step.action, let processId = processId(creation.target),
            processId != ProcessContext.systemProcessId
        else {
            cause.detail += "\nNo process of host \(plan.hosts[host].name) has yet to be checked."
            return cause
        }
        let process = title(of: processId, on: host, before: index)
        let born = history.life(of: processId, in: index)?.created.step ?? 0
        let counted = history.lastLock(before: index) {
            $0.processId == processId && $0.isCounted && $0.step >= born
        }
        let own = history.lastLock(before: index) {
            $0.processId == processId && !$0.isCounted && $0.step >= born
        }
        let gotRule = history.last(bit, isSet: true, in: .rules, of: processId, before: index)
            .flatMap { history.events[$0].cause.place }
        if let used = own ?? (counted == nil ? nil : history.lastLock(before: index) { !$0.isCounted }) {
            cause.place = used.place
            cause.detail =
                "The lock counts processes that have yet to be checked. "
                + title(of: used.processId, on: host, before: index) + " was checked: \(used.place.words) (TEX-2)."
            if own == nil {
                cause.detail += "\nIt had not been counted itself: it got NotifyProcessCmdLine after its creation."
            }
        } else if counted == nil, let gotRule, gotRule != steps[born].place {
            cause.place = gotRule
            cause.detail += "\n\(process) got that rule later: \(gotRule.words)."
        } else if let gotRule, counted == nil {
            cause.place = gotRule
            cause.detail += "\n\(process) had that rule, but createThreadNotifyRoutineEx was false."
        } else {
            cause.detail += "\n\(process) never gets that rule."
        }
        return cause
    }

    // MARK: - Others

    private func causeOfMissing(
        _ look: ObservedRoutine.Look, _ index: Int, _ history: WordHistory, _ host: Int
    ) -> Cause {
        guard let processId = look.number else { return Cause(.never, detail: "There is no such process.") }
        let process = title(of: processId, on: host, before: index)
        let life = history.life(of: processId, in: index)
        if look.holds {
            guard let life else {
                return Cause(.creation, detail: "The host has had process \(processId) from the start.")
            }
            let place = steps[life.created.step].place
            var cause = Cause(.creation, detail: "\(process) was created before: \(place.words).")
            cause.place = place
            return cause
        }
        guard let life else {
            return Cause(.never, detail: "No step creates a process with the pid \(processId).")
        }
        // A step in the background may look after a later step ended the process.
        guard let exited = life.exited else {
            let place = steps[life.created.step].place
            var cause = Cause(.reply, detail: "The engine denied the process \(processId): \(place.words).")
            (cause.place, cause.message) = (place, life.created.message)
            return cause
        }
        var cause = Cause(.exit, detail: "\(process) has exited: \(exited.place.words).")
        cause.place = exited.place
        return cause
    }

    private func causeOfCommandLine(
        _ routine: ObservedRoutine, _ index: Int, _ history: WordHistory, _ host: Int
    ) -> Cause {
        guard let processId = routine.checks.first(where: { $0.check == .currentContext })?.number else {
            return Cause(.never, detail: "Nothing changes the command line.")
        }
        let born = history.life(of: processId, in: index)?.created.step ?? 0
        for run in steps[born..<index].reversed() where run.host == host && run.refusal == nil {
            guard case .setCommandLine(let process, _) = run.step.action, self.processId(process) == processId else {
                continue
            }
            var cause = Cause(
                .step, detail: "\(run.place.words) sets the command line to the one that was captured.")
            cause.place = run.place
            return cause
        }
        return Cause(
            .never,
            detail:
                "No step changes the command line of \(title(of: processId, on: host, before: index)) (setCommandLine)."
        )
    }

    /// Who gave the stream of the image its context, or set and cleared its rule.
    private func causeOfStream(_ look: ObservedRoutine.Look, _ index: Int, _ host: Int) -> Cause {
        guard case .loadImage(_, let load) = steps[index].step.action else {
            return Cause(.never, detail: "No step gives the file a stream context with the rule.")
        }
        let name = load.value.fullImageName
        let changes = changes(ofStream: name, before: index, host)
        let isAboutRule = look.check == .ruleImageLoadPerStream
        var last: StreamChange?
        for change in changes where change.isContext || isAboutRule && change.hasRule != last?.hasRule {
            // Who sets what is set already has no part in it.
            last = change
        }
        guard let last, (isAboutRule ? last.hasRule : last.isThere) == look.holds else {
            return Cause(.never, detail: "No step gives \(name.quoted()) a stream context (streamContext).")
        }
        var cause = Cause(.step, detail: "\(last.words): \(last.place.words).")
        cause.place = last.place
        return cause
    }

    /// A change of the stream context of a file.
    private struct StreamChange {
        let moment: WordHistory.Moment
        /// Whether the file has a context then.
        let isThere: Bool
        /// Whether that has the rule.
        let hasRule: Bool
        /// Whether the context itself came or went.
        var isContext = false
        /// The change, a phrase.
        let words: String
        let place: StepPlace
    }

    /// What happened to the stream context of a file before a step, in order.
    private func changes(ofStream file: String, before index: Int, _ host: Int) -> [StreamChange] {
        let bit = StreamContextRules.notifyImageLoadRule
        func isFile(_ other: String) -> Bool { ImageNamePattern(file).matches(other) }
        var streams: Set<String> = []
        var changes: [StreamChange] = []
        for (earlier, run) in steps.prefix(index).enumerated() where run.host == host && run.refusal == nil {
            let moment = WordHistory.Moment(step: earlier)
            switch run.step.action {
            case .createStream(let stream, let creation) where isFile(creation.value.fileName):
                if let stream { streams.insert(stream) }
                let hasRule = creation.value.rules.contains(bit)
                changes.append(
                    StreamChange(
                        moment: moment, isThere: true, hasRule: hasRule, isContext: true,
                        words: "The context was created with\(hasRule ? "" : "out") the rule", place: run.place))
            case .deleteStream(let stream) where streams.contains(stream):
                changes.append(
                    StreamChange(
                        moment: moment, isThere: false, hasRule: false, isContext: true,
                        words: "The context was deleted", place: run.place))
            case .setStreamRules(let stream, let change) where streams.contains(stream):
                let (set, cleared) = change.value.masks
                if (set | cleared) & bit.rawValue == 0 { continue }
                let hasRule = set & bit.rawValue != 0
                changes.append(
                    StreamChange(
                        moment: moment, isThere: true, hasRule: hasRule,
                        words: "A step \(hasRule ? "set" : "cleared") the rule", place: run.place))
            default: break
            }
            for message in logs[host].made(by: earlier)
            where message.message.operation == .sync(.newImageLoadPerStream) && message.clearedRule != nil
                && isFile(message.message.imageFileName ?? "")
            {
                changes.append(
                    StreamChange(
                        moment: end(of: message, madeIn: earlier, on: host), isThere: true, hasRule: false,
                        words: "The acknowledgment of #\(message.sequence) cleared the rule (SYN-9)", place: run.place))
            }
        }
        return changes.filter { $0.moment.step < index }.sorted { $0.moment < $1.moment }
    }

    /// The pid of the process that a routine looked at; in a creation, that of the process itself.
    private func subject(of routine: ObservedRoutine, _ index: Int) -> UInt32? {
        if let look = routine.checks.first(where: { $0.check.isContext }) { return look.number }
        let message = routine.messages.first.flatMap { logs[steps[index].host][$0] }
        return message?.message.process?.processId
    }
}

extension Check {
    /// Whether it looks for the context of a process.
    fileprivate var isContext: Bool { [.creatorContext, .currentContext, .loaderContext].contains(self) }

    /// The bit that it looks at, and its name.
    var bit: (word: WordHistory.Word, bit: UInt32, name: String)? {
        func rule(_ rule: ProcessRules) -> (WordHistory.Word, UInt32, String) {
            (.rules, rule.rawValue, rule.names.first ?? "")
        }
        func flag(_ flag: ProcessFlags) -> (WordHistory.Word, UInt32, String) {
            (.flags, flag.rawValue, flag.names.first ?? "")
        }
        return switch self {
        case .ruleNewThreadSameProcess: rule(.notifyNewThreadSameProcess)
        case .ruleNewThreadDifferentProcess: rule(.notifyNewThreadDifferentProcess)
        case .ruleNotifyProcessCmdLine, .ruleNotifyProcessCmdLineAtCreation: rule(.notifyProcessCmdLine)
        case .ruleNotifyWow64cpuLoad: rule(.notifyWow64cpuLoad)
        case .ruleImageLoadPerProcess: rule(.notifyImageLoadRule)
        case .asyncImageLoad: rule(.suppressAsyncImageLoad)
        case .flagThreadNotifyRoutineExSet: flag(.threadNotifyRoutineExSet)
        case .flagImageWow64cpuLoaded: flag(.imageWow64cpuLoaded)
        default: nil
        }
    }
}
