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
        case .creatorContext, .currentContext, .loaderContext: return causeOfMissing(look, index, history)
        case .sameProcess:
            return Cause(
                .step,
                detail: look.holds
                    ? "The step names no other creator." : "The step names another process as creator.")
        case .commandLineDiffers: return causeOfCommandLine(routine, index)
        case .streamContext, .ruleImageLoadPerStream: return causeOfStream(look, index)
        case .extendedInfoPresent:
            return Cause(.step, detail: "The step loads the image without a file object (extendedInfoPresent: false).")
        case .targetIsNotSystem: return Cause(.step, detail: "The driver never reports threads in System (THR-1).")
        case .isNotSystemThread:
            return Cause(.step, detail: "The driver never reports threads that a system thread creates (THR-1).")
        case .currentIsNotSystem: return Cause(.step, detail: "The driver never reports threads in System (TEX-1).")
        case .createInfo:
            return Cause(.step, detail: look.holds ? "The step creates a process." : "The step ends a process.")
        default: return causeOfBit(look, routine, index, history)
        }
    }

    /// The name of a process for people: the last that a step before `index` gave to the pid, else the pid.
    func title(of processId: UInt32, before index: Int) -> String {
        let named = names.processes.filter { $0.value.identity?.processId == processId }
        let known = named.filter { $0.value.index <= index }.max { ($0.value.index, $1.key) < ($1.value.index, $0.key) }
        return known?.key ?? named.keys.min() ?? "process \(processId)"
    }

    // MARK: - Bits

    private func causeOfBit(
        _ look: ObservedRoutine.Look, _ routine: ObservedRoutine, _ index: Int, _ history: WordHistory
    ) -> Cause? {
        guard let (word, bit, name) = look.check.bit, let processId = subject(of: routine, index) else { return nil }
        let isSet = look.check == .asyncImageLoad ? !look.holds : look.holds
        return cause(
            ofBit: bit, name, isSet: isSet, in: word, of: processId,
            before: look.check == .ruleNotifyProcessCmdLineAtCreation ? index + 1 : index,
            history)
    }

    /// The cause of a bit of a process in the step `index`.
    func cause(
        ofBit bit: UInt32, _ name: String, isSet: Bool, in word: WordHistory.Word, of processId: UInt32,
        before index: Int, _ history: WordHistory
    ) -> Cause {
        let process = title(of: processId, before: index)
        let last = history.last(bit, isSet: isSet, in: word, of: processId, before: index)
        let opposite = history.last(bit, isSet: !isSet, in: word, of: processId, before: index)
        if let last, last.step >= opposite?.step ?? 0 {
            var cause = last.cause
            cause.detail = "\(process) \(isSet ? "has" : "has lost") \(name). \(cause.detail)"
            return cause
        }
        if opposite != nil {
            let since = opposite?.cause.place.map { " after \($0.words)" } ?? ""
            return Cause(.other, detail: "Another client changed \(name) of \(process)\(since).")
        }
        if isSet, word == .flags, let life = history.lives.last(where: { $0.processId == processId }) {
            var cause = Cause(
                .creation,
                detail:
                    "\(process) has \(name), which follows from its image (PRC-9): \(steps[life.created].place.words).")
            (cause.place, cause.rule) = (steps[life.created].place, "PRC-9")
            return cause
        }
        if isSet { return Cause(.other, detail: "\(process) has \(name), which no step set.") }
        if word == .flags, bit == ProcessFlags.imageWow64cpuLoaded.rawValue {
            return Cause(
                .never,
                detail: "\(process) has not loaded wow64cpu.dll with rule NotifyWow64cpuLoad before (IMG-3).")
        }
        guard let later = history.later(bit, in: word, of: processId, from: index + 1)?.cause.place else {
            return Cause(.never, detail: "No step, policy or reply gives \(name) to \(process).")
        }
        var cause = Cause(.never, detail: "\(process) gets \(name) later: \(later.words).")
        cause.place = later
        return cause
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
        let process = title(of: processId, before: index)
        if let used = history.last(
            ProcessFlags.threadNotifyRoutineExSet.rawValue, isSet: false, in: .flags, of: processId, before: index)
        {
            cause.place = used.cause.place
            cause.detail =
                "The lock counts processes that have yet to be checked. \(process) was checked: "
                + (used.cause.place?.words ?? "") + " (TEX-2)."
        } else if let late = history.last(bit, isSet: true, in: .rules, of: processId, before: index)?.cause.place {
            cause.place = late
            cause.detail += "\n\(process) got that rule later: \(late.words)."
        } else {
            cause.detail += "\n\(process) never gets that rule."
        }
        return cause
    }

    // MARK: - Others

    private func causeOfMissing(_ look: ObservedRoutine.Look, _ index: Int, _ history: WordHistory) -> Cause {
        guard let processId = look.number else { return Cause(.never, detail: "There is no such process.") }
        let life = history.lives.last { $0.processId == processId && $0.created <= index }
        if look.holds {
            guard let life else {
                return Cause(.creation, detail: "The host has had process \(processId) from the start.")
            }
            var cause = Cause(
                .creation,
                detail: "\(title(of: processId, before: index)) was created before: \(steps[life.created].place.words)."
            )
            cause.place = steps[life.created].place
            return cause
        }
        guard let exited = life?.exited, exited.step <= index else {
            return Cause(.never, detail: "No step creates a process with the pid \(processId).")
        }
        var cause = Cause(.exit, detail: "\(title(of: processId, before: index)) has exited: \(exited.place.words).")
        cause.place = exited.place
        return cause
    }

    private func causeOfCommandLine(_ routine: ObservedRoutine, _ index: Int) -> Cause {
        guard let processId = routine.checks.first(where: { $0.check == .currentContext })?.number else {
            return Cause(.never, detail: "Nothing changes the command line.")
        }
        for run in steps.prefix(index).reversed() {
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
            detail: "No step changes the command line of \(title(of: processId, before: index)) (setCommandLine).")
    }

    /// Who gave the stream of the image its context, or set and cleared its rule.
    private func causeOfStream(_ look: ObservedRoutine.Look, _ index: Int) -> Cause {
        guard case .loadImage(_, let load) = steps[index].step.action else {
            return Cause(.never, detail: "No step gives the file a stream context with the rule.")
        }
        let name = load.value.fullImageName
        for (earlier, run) in steps.prefix(index).enumerated().reversed() where run.host == steps[index].host {
            if let detail = change(ofStream: name, by: run, earlier, look) {
                var cause = Cause(.step, detail: "\(detail): \(run.place.words).")
                cause.place = run.place
                return cause
            }
        }
        return Cause(.never, detail: "No step gives \(name.quoted()) a stream context (streamContext).")
    }

    /// What a step did to the context of a stream that explains `look`, a phrase; nil if nothing.
    private func change(ofStream name: String, by run: StepRun, _ index: Int, _ look: ObservedRoutine.Look) -> String? {
        func isFile(_ stream: String) -> Bool {
            steps.contains { step in
                guard case .createStream(let given, let creation) = step.step.action else { return false }
                return given == stream && ImageNamePattern(creation.value.fileName).matches(name)
            }
        }
        switch run.step.action {
        case .createStream(_, let creation) where ImageNamePattern(creation.value.fileName).matches(name):
            if look.check == .streamContext { return "The context was created" }
            let hasRule = creation.value.rules.contains(.notifyImageLoadRule)
            return hasRule == look.holds ? "The context was created with\(look.holds ? "" : "out") the rule" : nil
        case .deleteStream(let stream) where isFile(stream) && !look.holds: return "The context was deleted"
        case .setStreamRules(let stream, let change) where isFile(stream) && look.check == .ruleImageLoadPerStream:
            let bit = StreamContextRules.notifyImageLoadRule
            let sets: Bool? =
                switch change.value {
                case .replace(let word): word.contains(bit)
                case .modify(let set, let clear): clear.contains(bit) ? false : set.contains(bit) ? true : nil
                }
            return sets == look.holds ? "A step \(look.holds ? "set" : "cleared") the rule" : nil
        case .loadImage where look.check == .ruleImageLoadPerStream && !look.holds:
            let cleared = logs[run.host].made(by: index).first {
                $0.message.operation == .sync(.newImageLoadPerStream) && $0.clearedRule != nil
            }
            return cleared.map { "The acknowledgment of #\($0.sequence) cleared the rule (SYN-9)" }
        default: return nil
        }
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
