import Bytes
import JSON

// Performing the actions of steps.
extension CaseRun {
    /// Performs the action of a step.
    func perform(_ action: Action, _ index: Int) throws(Stop) {
        let run = steps[index]
        switch action {
        case .wait(let duration):
            try pass(duration, run)
        case .waitUntil(let expectations, let within): try wait(until: expectations, within: within, index)
        case .await(let ids):
            for id in ids { try awaitStep(id, run) }
        case .repeat(let loop): try `repeat`(loop, index)
        case .findProcess(let search): try find(search, run)
        default:
            // All rounds of a background step have its action.
            let replays = pending.values.compactMap(\.last?.index).filter { steps[$0].step.action?.isReplay ?? false }
            if let replay = replays.max() { try noteExits(of: action.references, in: steps[replay]) }
            let call: HostCall
            do throws(Unresolved) { call = try resolve(action) } catch {
                switch error {
                case .wrong(let detail): try fail(run.step, run.number, detail)
                case .refused(let refusal): return try record(.failure(.refused(refusal)), index)
                case .failed(let fault): try fail(run, fault)
                }
            }
            let pendingCall = PendingCall()
            hosts[run.host].perform(call, tag: StepTag(index), inBackground: run.step.background) {
                pendingCall.finish($0)
            }
            if run.step.background, let id = run.step.id {
                pending[id, default: []].append((index, pendingCall))
                return
            }
            try finish(pendingCall, index)
        }
    }

    private func `repeat`(_ loop: Action.Loop, _ index: Int) throws(Stop) {
        let run = steps[index]
        for iteration in 0..<loop.times {
            let steps: [Step]
            do throws(StepFault) { steps = try loop.steps(iteration) } catch {
                throw .error(
                    ErrorReport(
                        .scenario, line: error.line ?? run.step.line, step: run.number.description,
                        detail: error.detail))
            }
            try self.run(steps) { run.number.inner($0, iteration: iteration) }
        }
    }

    /// Waits for a background step, in all its rounds.
    func awaitStep(_ id: String, _ run: StepRun) throws(Stop) {
        for (index, call) in pending.removeValue(forKey: id) ?? [] {
            try finish(call, index)
            steps[index].end = try newest(run.step, run.number)
        }
    }

    /// Waits for a call and records what came of it.
    private func finish(_ call: PendingCall, _ index: Int) throws(Stop) {
        try wait(for: call.signal, steps[index])
        guard let result = call.value else { return }
        try record(result, index)
    }

    private func record(_ result: Result<CallOutcome, CallFailure>, _ index: Int) throws(Stop) {
        let run = steps[index]
        switch result {
        case .failure(.failed(let fault)): try fail(run, fault)
        case .failure(.refused(let refusal)):
            steps[index].refusal = refusal
            guard let wanted = run.step.fails else {
                try fail(run.step, run.number, problem: refusal.problem, refusal.detail)
            }
            if wanted.name != refusal.problem {
                try fail(wanted, run, "refused with \(refusal.problem): \(refusal.detail)")
            }
            if options.explains { held.append(HeldReport(failure(of: wanted, run, refusal.detail).report.look)) }
        case .success(let outcome):
            steps[index].outcome = outcome
            name(outcome, of: index)
            if let replay = outcome.replay {
                try noteExits(of: names.processes.keys, in: run)
                try check(replay, run)
            }
            if let wanted = run.step.fails { try fail(wanted, run, "not refused") }
        }
    }

    /// Records that a step was not refused as it must be.
    private func fail(_ wanted: Step.Problem, _ run: StepRun, _ detail: String) throws(Stop) {
        failures.append(failure(of: wanted, run, detail))
        if !options.keepsGoing { throw .failed }
    }

    private func failure(of wanted: Step.Problem, _ run: StepRun, _ detail: String) -> LookedExpectation {
        LookedExpectation(
            line: wanted.line, step: run.number, id: run.step.id,
            source: .object([.init("fails", .string(wanted.name))]), expected: "refused with \(wanted.name)",
            subject: "step \(run.number)", detail: detail)
    }

    private func check(_ replay: ReplayOutcome, _ run: StepRun) throws(Stop) {
        guard case .replay(let plan) = run.step.action else { return }
        if let nothing = replay.nothing { try fail(run.step, run.number, "\(plan.file): \(nothing)") }
        if replay.rejectedCount == plan.rejected { return }
        let first = replay.firstRejected.map { "; the first: \($0)" } ?? ""
        let wanted = plan.rejected == 0 ? "" : ", not \(plan.rejected)"
        try fail(
            run.step, run.number,
            "\(plan.file): \(replay.rejectedCount.counted("line")) rejected\(wanted)\(first)")
    }
}
