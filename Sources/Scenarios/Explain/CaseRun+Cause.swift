import Driver
import Messages

// The causes of the values of conditions.
extension CaseRun {
    /// The cause of what a condition of `routine` looked at in the step `index`; nil if the step itself says it.
    func cause(
        of look: ObservedRoutine.Look, _ routine: ObservedRoutine, _ index: Int, _ history: WordHistory, _ host: Int
    ) -> Cause? {
        let isGuard = [.targetIsNotSystem, .isNotSystemThread, .currentIsNotSystem].contains(look.check)
        if look.holds, isGuard { return nil }
        let event = steps[index].outcome?.replay == nil ? "The step" : "The record"
        switch look.check {
        case .createThreadNotifyLock: return look.holds ? nil : causeOfLock(index, history, host)
        case .creatorContext, .currentContext, .loaderContext: return causeOfMissing(look, index, history, host)
        case .sameProcess:
            return Cause(
                .step,
                detail: look.holds
                    ? "\(event) names no other creator." : "\(event) names another process as creator.")
        case .commandLineDiffers: return causeOfCommandLine(routine, index, history, host)
        case .streamContext, .ruleImageLoadPerStream: return causeOfStream(look, index, host)
        case .extendedInfoPresent:
            return Cause(.step, detail: "\(event) loads the image without a file object (extendedInfoPresent: false).")
        case .targetIsNotSystem: return Cause(.step, detail: "The driver never reports threads in System (THR-1).")
        case .isNotSystemThread:
            return Cause(.step, detail: "The driver never reports threads that a system thread creates (THR-1).")
        case .currentIsNotSystem: return Cause(.step, detail: "The driver never reports threads in System (TEX-1).")
        case .createInfo:
            return Cause(.step, detail: "\(event) \(look.holds ? "creates" : "ends") a process.")
        default: return causeOfBit(look, routine, index, history, host)
        }
    }

    /// The name of the process that has the pid on the host in the step `index`, or had it last; else one that got the pid later.
    func name(of processId: UInt32, on host: Int, before index: Int) -> String? {
        let creation = logs[host].messages.last { message in
            message.step.map { $0 <= index } ?? false && message.message.operation == .async(.createProcess)
                && message.message.process?.processId == processId
        }
        if let process = creation?.message.process { return name(of: process, on: host) }
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

    /// The name of a process at the beginning of a sentence.
    func subject(_ processId: UInt32, on host: Int, before index: Int) -> String {
        name(of: processId, on: host, before: index) ?? "Process \(processId)"
    }

    /// The name of a process for people.
    func title(of processId: UInt32, on host: Int, before index: Int) -> String {
        name(of: processId, on: host, before: index) ?? "process \(processId)"
    }

    private func causeOfMissing(
        _ look: ObservedRoutine.Look, _ index: Int, _ history: WordHistory, _ host: Int
    ) -> Cause {
        guard let processId = look.number else { return Cause(.never, detail: "There is no such process.") }
        let process = subject(processId, on: host, before: index)
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
                .step, detail: "A step set the command line back to the captured one: \(run.place.words).")
            cause.place = run.place
            return cause
        }
        return Cause(
            .never,
            detail:
                "No step has changed the command line of \(title(of: processId, on: host, before: index)) (setCommandLine)."
        )
    }
}
