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
    /// The bounds of all searches of a case.
    struct Budget {
        /// Runs, for all failures together.
        fileprivate var runs = 128
        /// Steps of all these runs.
        fileprivate var steps = CasePlan.maxSteps
    }

    private let run: CaseRun
    private let failure: LookedExpectation
    /// The runs for this failure.
    private var runsLeft: Int
    private(set) var budget: Budget
    /// The first change that helps, but breaks another expectation.
    private var harmful: Change?

    init(_ failure: LookedExpectation, of run: CaseRun, _ budget: Budget) {
        self.failure = failure
        self.run = run
        self.budget = budget
        runsLeft = min(32, budget.runs)
    }

    /// The changes that were found: first one of the expectation, then one of anything else.
    mutating func changes() -> [Change] {
        let ofExpectation = expectationEdit().flatMap { verified($0) }
        return [ofExpectation, planChange() ?? scopeEdit().flatMap { verified($0) } ?? harmful].compactMap(\.self)
    }

    private mutating func planChange() -> Change? {
        for refused in failure.refused.prefix(3) {
            if let change = firstVerified(run.edits(for: refused, failure)) { return change }
        }
        return firstVerified(run.edits(againstMessagesOf: failure)) ?? smallestNumber()
            ?? firstVerified(run.edits(forAbsentIn: failure))
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
        guard let broken = broken(by: edit.effects) else { return nil }
        change.verified = true
        guard let first = broken.first else { return change }
        if harmful == nil {
            change.note = "but that of line \(first) does not"
            harmful = change
        }
        return nil
    }

    /// The lines of the expectations that edits break; nil if that which failed does not hold with them.
    private mutating func broken(by effects: [PlanEdit.Effect]) -> [Int]? {
        guard let step = failure.stepIndex, let position = failure.position, runsLeft > 0, budget.steps > 0,
            let bed = run.bed.another()
        else { return nil }
        runsLeft -= 1
        budget.runs -= 1
        var options = run.options
        options.trial = Trial(
            effects: effects,
            place: LookedExpectation.Place(step: run.steps[step].number, position: position),
            failed: Set(
                run.failures.compactMap { failure in failure.stepIndex.map { failure.place(in: run.steps[$0]) } })
        )
        options.stepLimit = budget.steps
        let trial = CaseRun(run.plan, on: bed, options: options)
        _ = trial.run()
        budget.steps -= trial.stepCount
        return trial.trialBroken
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
            return expectationEdit(.init(path, json), index, position) { [edited] expectation in
                expectation.subject = .messages(edited, count)
            }
        }
        return nil
    }

    /// The edit of the scope, if a message outside it meets all criteria.
    private func scopeEdit() -> PlanEdit? {
        guard let expectation = failure.expectation, case .messages = expectation.subject, expectation.scope.isDefault,
            let index = failure.stepIndex, let position = failure.position,
            failure.report.nearest.contains(where: { $0.outOfScope && $0.criteria.allSatisfy(\.isMet) })
        else { return nil }
        return expectationEdit(.init("anywhere", .bool(true)), index, position) { $0.scope.anywhere = true }
    }

    /// An edit of the expectation that failed.
    private func expectationEdit(
        _ edit: JSONTree.Member, _ index: Int, _ position: Int, _ set: @escaping @Sendable (inout Expectation) -> Void
    ) -> PlanEdit {
        var change = Change(kind: .expectation, edit: .object([edit]), verified: false)
        change.place = StepPlace(
            step: failure.report.step, id: failure.report.id, line: failure.report.line)
        return PlanEdit(
            change,
            .step(run.steps[index].number) { step in
                if step.expectations.indices.contains(position) { set(&step.expectations[position]) }
            })
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
            case .delivery(let delivered) where delivered.delivery == MessageRecord.Delivery.sent.rawValue:
                if let change = fasterEngine(delivered) { return change }
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
        in range: ClosedRange<Int>, _ makeEdit: (CaseRun, LookedExpectation, Int) -> PlanEdit?
    ) -> Change? {
        let (run, failure) = (run, failure)
        func edit(_ number: Int) -> PlanEdit? { makeEdit(run, failure, number) }
        // Which number would do is known only after trying.
        guard run.bed.canRunAgain else { return nil }
        for number in range.prefix(4) {
            if let edit = edit(number), let change = verified(edit) { return change }
        }
        guard range.count > 4, let last = edit(range.upperBound) else { return nil }
        if broken(by: last.effects) == nil {
            // Too much of it may be as bad as too little.
            for number in range.dropFirst(4) where runsLeft > 0 {
                if let edit = edit(number), let change = verified(edit) { return change }
            }
            return nil
        }
        var (low, high) = (range.lowerBound + 4, range.upperBound)
        while low < high, runsLeft > 1 {
            let middle = low + (high - low) / 2
            guard let candidate = edit(middle) else { return nil }
            if broken(by: candidate.effects) != nil { high = middle } else { low = middle + 1 }
        }
        guard low == high else { return nil }
        return edit(high).flatMap { verified($0) }
    }
}
