import Messages

/// A run of a routine: the call that it is part of, and the number of its decision.
struct RoutineRun: Sendable {
    let routine: DriverRoutine
    let caller: CallerTag?
    /// 0 if no decision is kept.
    var decision: UInt64 = 0
}

extension DriverState {
    /// Begins a run of `routine`, and its decision if decisions are kept.
    mutating func begin(
        _ routine: DriverRoutine, on subject: @autoclosure () -> DecisionSubject, caller: CallerTag?, now: Moment
    ) -> RoutineRun {
        var run = RoutineRun(routine: routine, caller: caller)
        guard decisions.isKept else { return run }
        run.decision = decisions.append(Decision(routine, on: subject(), at: now.time))
        noteMemory()
        wake(followers.take(.decision))
        return run
    }

    /// Records a decision that creates no message.
    mutating func decide(_ report: RoutineReport, on subject: DecisionSubject, now: Moment) {
        record(report, of: begin(report.routine, on: subject, caller: nil, now: now), isOver: true)
    }

    /// Records the conditions that `run` has checked so far; it `isOver` once it creates no more messages.
    mutating func record(_ report: RoutineReport, of run: RoutineRun, isOver: Bool) {
        guard run.decision != 0 else { return }
        decisions.update(run.decision) { decision in
            decision.trace = report.trace
            decision.isOpen = !isOver
        }
    }
}

extension Driver {
    /// Records that `run` creates no more messages.
    func finish(_ run: RoutineRun) {
        if run.decision != 0 { withState { $0.decisions.update(run.decision) { $0.isOpen = false } } }
    }
}
