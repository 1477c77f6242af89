import Console
import Dispatch
import Locking
import Scenarios

/// The runs of all cases, several at a time.
struct CaseRuns {
    private let cases: [CasePlan]
    private let place: any RunPlace
    private let options: RunningOptions
    private let settings: CaseRun.Options
    private let control: RunControl

    /// Runs of `cases`, each with `settings`.
    init(
        _ cases: [CasePlan], at place: any RunPlace, options: RunningOptions, settings: CaseRun.Options,
        control: RunControl
    ) {
        self.cases = cases
        self.place = place
        self.options = options
        self.settings = settings
        self.control = control
    }

    /// Runs all cases, and returns their reports in the order of the cases.
    func run() -> [CaseReport] {
        let state = Locked(State(count: cases.count))
        let done = DispatchGroup()
        // A queue for each, because a case may block its thread for long.
        for _ in 0..<min(options.parallel ?? place.width, cases.count) {
            DispatchQueue(label: "wdfilterd.cases").async(group: done) { work(on: state) }
        }
        done.wait()
        let reports = state.withLock { $0.reports }
        let reason = control.isInterrupted ? Self.interrupted : "not run: --fail-fast"
        return zip(cases, reports).map { plan, report in report ?? Self.skipped(plan, reason) }
    }

    /// Runs one case after the other, until none is left or the run is to stop.
    private func work(on state: Locked<State>) {
        while !control.isInterrupted, let index = state.withLock({ $0.next() }) {
            let report = run(cases[index])
            let count = state.withLock { state in
                state.reports[index] = report
                if report.verdict > .skip {
                    state.others += 1
                    if options.failFast { state.isStopped = true }
                }
                state.done += 1
                return (done: state.done, others: state.others)
            }
            control.note(done: count.done, of: cases.count, notPassed: count.others)
        }
    }

    private struct State {
        var reports: [CaseReport?]
        var isStopped = false
        /// How many are done.
        var done = 0
        /// How many of these failed or could not be run.
        var others = 0
        private var nextIndex = 0

        init(count: Int) { reports = Array(repeating: nil, count: count) }

        mutating func next() -> Int? {
            guard !isStopped, nextIndex < reports.count else { return nil }
            defer { nextIndex += 1 }
            return nextIndex
        }
    }

    /// Runs a case, in real time again if it fails and that is wanted.
    private func run(_ plan: CasePlan) -> CaseReport {
        if let reason = reasonToSkip(plan) { return Self.skipped(plan, reason) }
        let first = runOnce(plan)
        for _ in 0..<(first.isReal ? options.retries : 0) {
            guard first.verdict == .fail, !control.isInterrupted else { break }
            var again = runOnce(plan)
            if again.verdict == .pass {
                again.flaky = first.failures
                return again
            }
        }
        return first
    }

    private func runOnce(_ plan: CasePlan) -> CaseReport {
        CaseRun(plan, on: place.makeTestBed(for: plan), options: settings).run()
    }

    /// Why a case is not run, a phrase; nil to run it.
    private func reasonToSkip(_ plan: CasePlan) -> String? {
        if let reason = plan.reasonToSkip ?? place.reasonToSkip(plan) { return reason }
        let isReal = place.time == .real || plan.wantsRealTime
        return isReal && !plan.goldenFiles.isEmpty ? "needs virtual time, for a golden file" : nil
    }

    /// The reason of those that a signal kept from being run.
    static let interrupted = "not run: interrupted"

    /// The report of a case that is not run, because of `reason`.
    static func skipped(_ plan: CasePlan, _ reason: String) -> CaseReport {
        var report = CaseReport(plan)
        report.verdict = .skip
        report.reason = reason
        return report
    }
}
