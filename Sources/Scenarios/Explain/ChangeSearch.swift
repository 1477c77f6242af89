import Driver
import DriverJSON
import Engines
import JSON
import Messages
import Runtime

/// Looks for the smallest changes that make an expectation hold, by running the case again with each candidate.
///
/// It is bounded in runs and steps, not in time, so that two searches find the same.
struct ChangeSearch {
    private let run: CaseRun
    private let failure: FailedExpectation
    private var runsLeft = 32
    private var stepsLeft = CasePlan.maxSteps

    init(_ failure: FailedExpectation, of run: CaseRun) {
        self.failure = failure
        self.run = run
    }

    /// The changes that were found: first one of the expectation, then one of anything else.
    mutating func changes() -> [Change] {
        var changes: [Change] = []
        if let edit = expectationEdit(), let change = verified(edit) { changes.append(change) }
        for refused in failure.refused.prefix(3) {
            guard let change = firstVerified(run.edits(for: refused, failure)) else { continue }
            changes.append(change)
            return changes
        }
        if let change = firstVerified(run.edits(againstMessagesOf: failure)) {
            changes.append(change)
        } else if let change = smallestNumber() {
            changes.append(change)
        } else if let change = firstVerified(run.edits(forAbsentIn: failure)) {
            changes.append(change)
        }
        return changes
    }

    private mutating func firstVerified(_ edits: [PlanEdit]) -> Change? {
        for edit in edits {
            if let change = verified(edit) { return change }
        }
        return nil
    }

    /// The change of an edit, if a run shows that it helps. In real time it is named without a run.
    private mutating func verified(_ edit: PlanEdit) -> Change? {
        var change = edit.change
        guard run.bed.canRunAgain else {
            change.note = "not run again, because time is real"
            return change
        }
        guard holds(edit.effects) else { return nil }
        change.verified = true
        return change
    }

    /// Whether the expectation holds in a run with the edits.
    private mutating func holds(_ effects: [PlanEdit.Effect]) -> Bool {
        guard let step = failure.stepIndex, let position = failure.position, runsLeft > 0, stepsLeft > 0,
            let bed = run.bed.another()
        else { return false }
        runsLeft -= 1
        var options = run.options
        options.trial = Trial(effects: effects, step: run.steps[step].number, position: position)
        options.stepLimit = stepsLeft
        let trial = CaseRun(run.plan, on: bed, options: options)
        _ = trial.run()
        stepsLeft -= trial.stepCount
        return trial.trialHolds == true
    }

    // MARK: - The expectation

    /// The edit of the only criterion that the nearest message misses.
    private func expectationEdit() -> PlanEdit? {
        guard let expectation = failure.expectation, case .messages(let criteria, let count) = expectation.subject,
            failure.report.found ?? 0 < count.atLeast, let scope = failure.scope, let index = failure.stepIndex,
            let position = failure.position
        else { return nil }
        let matched = Set(failure.report.matched)
        let near = failure.report.nearest.filter { !$0.outOfScope && !matched.contains($0.sequence) }
        for message in near {
            let unmet = message.criteria.filter { !$0.isMet }
            // Another operation or outcome is another expectation.
            guard unmet.count == 1, !unmet[0].isAboutTypeOrOutcome,
                let observed = run.logs[scope.host][message.sequence],
                let field = criteria.matchers.firstIndex(where: { $0.path == unmet[0].criterion })
            else { continue }
            let path = unmet[0].criterion
            let value = observed.value(at: path)
            var edited = criteria
            edited.matchers[field].matcher = value.isPresent ? .equals(value) : .present(false)
            let json = run.written(value, on: scope.host)
            var change = Change(
                kind: .expectation, edit: .object([.init(path, json)]), verified: false)
            change.place = StepPlace(
                step: failure.report.step, id: failure.report.id, line: failure.report.line,
                iteration: failure.report.iteration)
            return PlanEdit(
                change,
                .step(run.steps[index].number) { [edited] step in
                    if step.expectations.indices.contains(position) {
                        step.expectations[position].subject = .messages(edited, count)
                    }
                })
        }
        return nil
    }

    // MARK: - Numbers

    /// The change of what kept a sync message from being sent: a flag, or the permits of the semaphore.
    private mutating func unlimited(_ delivered: Reason.Delivered) -> Change? {
        guard let limit = delivered.timeout, let host = failure.scope?.host else { return nil }
        if let value = Int(limit.value.words) {
            return smallest(limit.setting, in: (value + 1)...(value + 64), for: delivered.message)
        }
        let edits = [
            run.edit(limit.setting, .flag(true), for: delivered.message, on: host),
            run.insertion(limit.setting, .flag(true), before: delivered.message, on: host),
        ]
        return firstVerified(edits.compactMap(\.self))
    }

    /// The smallest change of a limit, or of the engine's delay, found by bisection.
    private mutating func smallestNumber() -> Change? {
        for reason in failure.report.why {
            switch reason {
            case .dropped(let dropped):
                if let change = smallestQueue(dropped) { return change }
            case .delivery(let delivered)
            where delivered.status == NTStatus.timeout.name && delivered.engineReply == nil:
                if let change = fasterEngine(delivered) ?? longerTimeout(delivered) { return change }
            case .delivery(let delivered) where delivered.delivery == MessageRecord.Delivery.notSent.rawValue:
                if let change = unlimited(delivered) { return change }
            case .delivery(let delivered) where delivered.engineReply != nil:
                if let change = firstVerified(run.embeddedEdits(delivered.message, failure)) { return change }
            case .delivery(let delivered) where delivered.pausedBy != nil:
                if let edit = run.workerEdit(failure), let change = verified(edit) { return change }
            case .reply(let reply):
                if let change = firstVerified(run.replyEdits(reply, failure)) { return change }
            default: break
            }
        }
        return nil
    }

    private mutating func smallestQueue(_ dropped: Reason.Dropped) -> Change? {
        let most = dropped.limit + (failure.scope.map { run.logs[$0.host].messages.count } ?? 0) + 1
        // The limit counts when a message arrives that does not fit.
        return smallest(in: (dropped.limit + 1)...most) { run, failure, value in
            failure.scope.flatMap { scope in
                run.edit("maxAsyncNotificationCount", .number(value), on: scope.host) {
                    $0.start[scope.host] < dropped.dropper
                }
            }
        }
    }

    private mutating func longerTimeout(_ delivered: Reason.Delivered) -> Change? {
        guard let limit = delivered.timeout, let value = Int(limit.value.words), value < 60_000 else { return nil }
        return smallest(limit.setting, in: (value + 1)...60_000, for: delivered.message)
    }

    private mutating func fasterEngine(_ delivered: Reason.Delivered) -> Change? {
        guard let delay = delivered.engineDelayMs, delay > 0 else { return nil }
        // The largest delay that helps: the smallest distance from the one that is set.
        return smallest(in: 1...delay) { run, failure, less in
            run.delayEdit(delay - less, delivered.message, failure)
        }
    }

    /// The smallest value of a setting that helps.
    private mutating func smallest(_ name: String, in range: ClosedRange<Int>, for message: UInt64) -> Change? {
        smallest(in: range) { run, failure, value in
            failure.scope.flatMap { run.edit(name, .number(value), for: message, on: $0.host) }
        }
    }

    /// The edit with the smallest number in `range` that helps: one of the first, or by bisection, if all larger ones help too.
    private mutating func smallest(
        in range: ClosedRange<Int>, _ makeEdit: (CaseRun, FailedExpectation, Int) -> PlanEdit?
    ) -> Change? {
        let (run, failure) = (run, failure)
        func edit(_ number: Int) -> PlanEdit? { makeEdit(run, failure, number) }
        // Which number would do is known only after trying.
        guard run.bed.canRunAgain else { return nil }
        for number in range.prefix(4) {
            if let edit = edit(number), let change = verified(edit) { return change }
        }
        guard let last = edit(range.upperBound), holds(last.effects) else { return nil }
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, runsLeft > 1 {
            let middle = low + (high - low) / 2
            guard let candidate = edit(middle) else { return nil }
            if holds(candidate.effects) { high = middle } else { low = middle + 1 }
        }
        guard low == high, var change = edit(high)?.change else { return nil }
        change.verified = true
        return change
    }
}
