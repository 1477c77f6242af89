import Bytes
import Driver
import DriverJSON
import Messages
import Runtime

// The causes of the bits of a process, and of the lock.
extension CaseRun {
    /// The cause of a bit that a condition of `routine` looked at.
    func causeOfBit(
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
        let process = subject(processId, on: host, before: index)
        let last = history.last(bit, isSet: isSet, in: word, of: processId, before: index)
        let opposite = history.last(bit, isSet: !isSet, in: word, of: processId, before: index)
        if let last, last > opposite ?? -1 {
            let event = history.events[last]
            var cause = event.cause
            let verb = isSet ? "has" : event.lost & bit != 0 ? "has lost" : "does not have"
            cause.detail = "\(process) \(verb) \(name). \(cause.detail)"
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
            let process = title(of: processId, on: host, before: index)
            return Cause(
                .other, detail: "Something outside the scenario changed \(name) of \(process)\(since).")
        }
        return isSet
            ? causeOfUntouched(bit, name, in: word, of: processId, before: index, history, host)
            : causeOfAbsent(bit, name, in: word, of: processId, before: index, history, host)
    }

    /// The cause of a bit that is set, though nothing in the history set it.
    private func causeOfUntouched(
        _ bit: UInt32, _ name: String, in word: WordHistory.Word, of processId: UInt32, before index: Int,
        _ history: WordHistory, _ host: Int
    ) -> Cause {
        let process = subject(processId, on: host, before: index)
        if word == .flags, let life = history.life(of: processId, in: index) {
            let place = steps[life.created.step].place
            var cause = Cause(
                .creation, detail: "\(process) has \(name), which follows from its image (PRC-9): \(place.words).")
            (cause.place, cause.rule) = (place, "PRC-9")
            return cause
        }
        return causeOfPolicy(bit, name, in: word, of: processId, before: index, host)
            ?? Cause(.other, detail: "\(process) has \(name), which no step set.")
    }

    /// The cause of a bit that is not set and never was.
    private func causeOfAbsent(
        _ bit: UInt32, _ name: String, in word: WordHistory.Word, of processId: UInt32, before index: Int,
        _ history: WordHistory, _ host: Int
    ) -> Cause {
        let process = subject(processId, on: host, before: index)
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
                detail: "No step, policy or reply gives \(name) to \(title(of: processId, on: host, before: index))."
                    + missed(bit, in: word, host, history, history.life(of: processId, in: index)))
        }
        var cause = Cause(.never, detail: "\(process) gets \(name) later: \(later.words).")
        cause.place = later
        return cause
    }

    /// The policy that gave the bit to a process whose creation was not recorded; nil if none did.
    private func causeOfPolicy(
        _ bit: UInt32, _ name: String, in word: WordHistory.Word, of processId: UInt32, before index: Int, _ host: Int
    ) -> Cause? {
        let image = logs[host].messages.lazy.filter { $0.message.process?.processId == processId }
            .compactMap(\.message.imageFileName).first
        guard let image,
            let (entry, policy, line) = policies(of: host, before: index).first(where: { _, policy, _ in
                policy.gives(bit, in: word) && ImageNamePattern(policy.imageFileName).matches(image)
            })
        else { return nil }
        let place = line.map { ", line \($0)" } ?? ""
        var cause = Cause(
            .policy,
            detail: "\(subject(processId, on: host, before: index)) has \(name). Entry \(entry + 1) of rulePolicies"
                + "\(place), \(policy.imageFileName), gave it.")
        (cause.entry, cause.entryLine) = (entry, line)
        return cause
    }

    /// A step in the background that creates a thread in a process.
    private func waitingThread(in processId: UInt32, _ host: Int) -> StepRun? {
        pending.values.flatMap { $0.map(\.index) }.sorted().map { steps[$0] }.first { run in
            guard run.host == host, case .createThread(let creation) = run.step.action else { return false }
            return self.processId(creation.target) == processId
        }
    }

    /// A step that the run has not come to, which sets a bit of the process called `name`.
    private func stepToCome(setting bit: UInt32, in word: WordHistory.Word, of name: String) -> StepPlace? {
        let reached = steps.last?.number.parts.first ?? 0
        for (index, step) in plan.steps.enumerated().dropFirst(reached) where step.fails == nil {
            let set: UInt32
            switch step.action {
            case .setRules(.named(name), let change) where word == .rules: set = change.value.masks.set
            case .setFlags(.named(name), let change) where word == .flags: set = change.value.masks.set
            default: continue
            }
            if set & bit != 0 { return StepPlace(step: "\(index + 1)", id: step.id, line: step.line) }
        }
        return nil
    }

    /// Sentences about what would have given the bit to a process: an engine whose answer was not taken, or a policy; empty
    /// without either.
    private func missed(
        _ bit: UInt32, in word: WordHistory.Word, _ host: Int, _ history: WordHistory, _ life: WordHistory.Life?
    ) -> String {
        guard let life, !history.isSetByStep(word, of: life), let creation = logs[host][life.created.message] else {
            return ""
        }
        return missedAnswer(with: bit, in: word, to: creation, host)
            + missedPolicy(with: bit, in: word, host, life, creation)
    }

    /// A sentence about the engine's answer to a creation that the driver did not take; empty if it took one, or if it is known
    /// not to give the bit.
    private func missedAnswer(
        with bit: UInt32, in word: WordHistory.Word, to creation: ObservedMessage, _ host: Int
    ) -> String {
        let message = "#\(creation.sequence)"
        if let embedded = embeddedSetting(for: creation, on: host) {
            guard creation.status == .timeout, let entry = embedded.entry,
                let answer = embedded.behavior.replies[entry].answer,
                ((word == .rules ? answer.processRules : answer.processFlags) ?? 0) & bit != 0
            else { return "" }
            return "\nThe embedded engine's reply to \(message) would give it, but came too late."
        }
        if creation.status == .timeout { return "\nThe engine did not answer \(message) in time." }
        return creation.reply?.reading.fault.map { "\nThe engine's reply to \(message) was not understood: \($0)." }
            ?? ""
    }

    /// A sentence about the policy that would give the bit to a process with another name, or that came too late; empty without
    /// one.
    private func missedPolicy(
        with bit: UInt32, in word: WordHistory.Word, _ host: Int, _ life: WordHistory.Life, _ creation: ObservedMessage
    ) -> String {
        guard let image = creation.message.imageFileName?.text else { return "" }
        func words(_ entry: Int, _ line: Int?) -> String {
            "\nEntry \(entry + 1) of rulePolicies\(line.map { ", line \($0)," } ?? "") would give it, but "
        }
        let born = life.created.step
        if let (entry, policy, line) = policies(of: host, before: born).first(where: { _, policy, _ in
            policy.gives(bit, in: word)
        }) {
            return words(entry, line)
                + "\(policy.imageFileName.quoted()) does not match \(image.quoted())."
        }
        let later = policies(of: host, before: steps.count).first { _, policy, _ in
            policy.gives(bit, in: word) && ImageNamePattern(policy.imageFileName).matches(image)
        }
        return later.map { words($0.entry, $0.line) + "it came after the process was created." } ?? ""
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

    /// Why nothing is counted into the lock.
    func causeOfLock(_ index: Int, _ history: WordHistory, _ host: Int) -> Cause {
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
        let isCounted = history.isCounted(processId, before: index)
        let own = history.lastLock(before: index) {
            $0.processId == processId && !$0.isCounted && $0.step >= born
        }
        let stranger = history.lastLock(before: index) { event in
            !event.isCounted && !history.isCounted(event.processId, before: event.step)
        }
        let gotRule = history.last(bit, isSet: true, in: .rules, of: processId, before: index)
            .flatMap { history.events[$0].cause.place }
        var hint: String { missed(bit, in: .rules, host, history, history.life(of: processId, in: index)) }
        if let used = own ?? (isCounted ? stranger : nil) {
            cause.place = used.place
            cause.detail =
                "The lock counts processes that have yet to be checked. "
                + title(of: used.processId, on: host, before: index) + " was checked: \(used.place.words) (TEX-2)."
            if own == nil {
                cause.detail += "\nIt had not been counted itself: it got NotifyProcessCmdLine after its creation."
            }
        } else if !isCounted, let gotRule {
            cause.place = gotRule
            let isAtCreation = gotRule == steps[born].place
            if let reply = history.reply(setting: .rules, of: processId, in: index), reply.lost & bit != 0 {
                cause.place = reply.cause.place
                cause.detail += "\n\(process) was created with that rule. \(reply.cause.detail)"
            }
            if !isAtCreation {
                cause.detail += "\n\(process) got that rule later: \(gotRule.words)." + hint
            } else if !settings(of: host, { index, _ in index < born }).createThreadNotifyRoutineEx {
                cause.detail += "\n\(process) had that rule, but createThreadNotifyRoutineEx was false."
            }
        } else {
            cause.detail += "\n\(process) never gets that rule." + hint
        }
        return cause
    }

    /// The pid of the process that a routine looked at; in a creation, that of the process itself.
    private func subject(of routine: ObservedRoutine, _ index: Int) -> UInt32? {
        if let look = routine.checks.first(where: { $0.check.isContext }) { return look.number }
        let message = routine.messages.first.flatMap { logs[steps[index].host][$0] }
        return message?.message.process?.processId
    }
}

extension RulePolicy {
    /// Whether it sets a bit of a word.
    fileprivate func gives(_ bit: UInt32, in word: WordHistory.Word) -> Bool {
        (word == .rules ? rules.rawValue : flags.rawValue) & bit != 0
    }
}

extension Check {
    /// Whether it looks for the context of a process.
    var isContext: Bool { [.creatorContext, .currentContext, .loaderContext].contains(self) }

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
