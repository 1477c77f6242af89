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
        switch look.check {
        case .createThreadNotifyLock: return causeOfLock(index, history, host)
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

    /// The name of a process for people: that of the scenario, else its pid.
    func title(of processId: UInt32) -> String {
        names.processes.filter { $0.value.identity?.processId == processId }.keys.min() ?? "process \(processId)"
    }

    // MARK: - Bits

    private func causeOfBit(
        _ look: ObservedRoutine.Look, _ routine: ObservedRoutine, _ index: Int, _ history: WordHistory
    ) -> Cause? {
        guard let (word, bit, name) = look.check.bit,
            let processId = routine.checks.first(where: { $0.check.isContext })?.number
        else { return nil }
        let isSet = look.check == .asyncImageLoad ? !look.holds : look.holds
        return cause(ofBit: bit, name, isSet: isSet, in: word, of: processId, before: index, history)
    }

    /// The cause of a bit of a process in the step `index`.
    func cause(
        ofBit bit: UInt32, _ name: String, isSet: Bool, in word: WordHistory.Word, of processId: UInt32,
        before index: Int, _ history: WordHistory
    ) -> Cause {
        let process = title(of: processId)
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
        if isSet { return Cause(.other, detail: "\(process) has \(name), which no step set.") }
        if word == .flags, bit == ProcessFlags.imageWow64cpuLoaded.rawValue {
            return Cause(
                .never,
                detail: "\(process) has not loaded wow64cpu.dll with rule NotifyWow64cpuLoad before (IMG-3).")
        }
        guard let later = history.later(bit, in: word, of: processId, from: index + 1)?.cause.place else {
            return Cause(.never, detail: "No step gives \(name) to \(process).")
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
        guard case .createThread(let creation) = steps[index].step.action, let processId = processId(creation.target)
        else { return cause }
        let process = title(of: processId)
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
        guard let exited = life?.exited, exited.step <= index else {
            return Cause(.never, detail: "No step creates a process with the pid \(processId).")
        }
        var cause = Cause(.exit, detail: "\(title(of: processId)) has exited: \(exited.place.words).")
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
        return Cause(.never, detail: "No step changes the command line of \(title(of: processId)) (setCommandLine).")
    }

    private func causeOfStream(_ look: ObservedRoutine.Look, _ index: Int) -> Cause {
        guard case .loadImage(_, let load) = steps[index].step.action else {
            return Cause(.never, detail: "No step gives the file a stream context with the rule.")
        }
        let name = load.value.fullImageName
        for run in steps.prefix(index).reversed() where run.host == steps[index].host {
            switch run.step.action {
            case .createStream(_, let creation) where ImageNamePattern(creation.value.fileName).matches(name):
                var cause = Cause(.step, detail: "The stream context comes from \(run.place.words), without the rule.")
                cause.place = run.place
                if look.check == .ruleImageLoadPerStream { return cause }
            case .setStreamRules(let stream, let change):
                guard names.streams[stream] != nil, case .replace = change.value else { continue }
                var cause = Cause(.step, detail: "\(run.place.words) set the rules of the stream context.")
                cause.place = run.place
                if look.check == .ruleImageLoadPerStream { return cause }
            default: break
            }
        }
        return Cause(.never, detail: "No step gives \(name.quoted()) a stream context (streamContext).")
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
        case .ruleNotifyProcessCmdLine: rule(.notifyProcessCmdLine)
        case .ruleNotifyWow64cpuLoad: rule(.notifyWow64cpuLoad)
        case .ruleImageLoadPerProcess: rule(.notifyImageLoadRule)
        case .asyncImageLoad: rule(.suppressAsyncImageLoad)
        case .flagThreadNotifyRoutineExSet: flag(.threadNotifyRoutineExSet)
        case .flagImageWow64cpuLoaded: flag(.imageWow64cpuLoaded)
        default: nil
        }
    }
}
