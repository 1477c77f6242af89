import Console
import Dispatch
import Locking
import Scenarios

/// The runs of all cases, several at a time.
struct CaseRuns {
    private let cases: [CasePlan]
    private let place: any RunPlace
    private let options: RunningOptions

    init(_ cases: [CasePlan], at place: any RunPlace, options: RunningOptions) {
        self.cases = cases
        self.place = place
        self.options = options
    }

    /// Runs all cases, and returns their reports in the order of the cases.
    func run() -> [CaseReport] {
        let state = Locked(State(count: cases.count))
        let width = min(options.parallel ?? place.width, max(1, cases.count))
        DispatchQueue.concurrentPerform(iterations: width) { _ in
            while let index = state.withLock({ $0.next() }) {
                let report = run(cases[index])
                state.withLock { state in
                    state.reports[index] = report
                    if options.failFast, report.verdict > .skip { state.isStopped = true }
                }
            }
        }
        let reports = state.withLock { $0.reports }
        return zip(cases, reports).map { plan, report in
            report ?? Self.skipped(plan, "not run: --fail-fast")
        }
    }

    private struct State {
        var reports: [CaseReport?]
        var isStopped = false
        private var nextIndex = 0

        init(count: Int) { reports = Array(repeating: nil, count: count) }

        mutating func next() -> Int? {
            guard !isStopped, nextIndex < reports.count else { return nil }
            defer { nextIndex += 1 }
            return nextIndex
        }
    }

    private func run(_ plan: CasePlan) -> CaseReport {
        if let reason = plan.reasonToSkip ?? place.reasonToSkip(plan) { return Self.skipped(plan, reason) }
        var settings = CaseRun.Options()
        settings.settle = options.settle?.duration
        settings.keepsGoing = options.keepGoing
        return CaseRun(plan, on: place.makeTestBed(for: plan), options: settings).run()
    }

    private static func skipped(_ plan: CasePlan, _ reason: String) -> CaseReport {
        var report = CaseReport(plan)
        report.verdict = .skip
        report.reason = reason
        return report
    }
}
