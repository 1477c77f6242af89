import Messages

/// A run of a routine: the call that it is part of, and the number of its decision.
struct RoutineRun: Sendable {
    let routine: DriverRoutine
    let caller: CallerTag?
    /// 0 if no decision is kept.
    var decision: UInt64 = 0
}

extension DriverState {
    /// Begins a run of `routine` that may create messages before it has checked all of its conditions.
    mutating func begin(
        _ routine: DriverRoutine, on subject: DecisionSubject, image: UnicodeString, caller: CallerTag?, now: Moment
    ) -> RoutineRun {
        let run = nextRun(of: routine, caller)
        append(run, CheckTrace(of: routine), on: subject, image: image, now: now, isOver: false)
        return run
    }

    /// A run of `routine` whose decision is the next one that is recorded.
    func nextRun(of routine: DriverRoutine, _ caller: CallerTag? = nil) -> RoutineRun {
        RoutineRun(routine: routine, caller: caller, decision: decisions.isKept ? decisions.newest + 1 : 0)
    }

    /// Records the decision of `run`, which `nextRun` has returned; it `isOver` if it creates no messages.
    mutating func decide(
        _ report: RoutineReport, of run: RoutineRun, on subject: DecisionSubject, now: Moment, isOver: Bool
    ) {
        append(run, report.trace, on: subject, image: nil, now: now, isOver: isOver)
    }

    private mutating func append(
        _ run: RoutineRun, _ trace: CheckTrace, on subject: DecisionSubject, image: UnicodeString?, now: Moment,
        isOver: Bool
    ) {
        guard decisions.isKept else { return }
        decisions.append(Decision(run.routine, on: subject, at: now.time, trace, isOpen: !isOver), image: image)
        noteMemory()
        if followers.awaitDecisions { wake(followers.take(.decision)) }
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
