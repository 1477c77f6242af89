import Engines
import JSON
import ScenarioFile
import Runtime
import Scenarios
import Testing

/// Runs scenarios that are written in a test, in virtual time.
enum TestedScenario {
    /// The cases of a scenario file; none after recording an issue for each fault.
    static func cases(_ text: String, _ location: SourceLocation = #_sourceLocation) -> [CasePlan] {
        let file = ScenarioFile(name: "test.scenario.yaml", bytes: Array(text.utf8))
        for fault in file.faults {
            Issue.record("line \(fault.line ?? 0): \(fault.path): \(fault.detail)", sourceLocation: location)
        }
        return file.cases
    }

    /// The faults of a scenario file, `LINE: PATH: DETAIL`.
    static func faults(_ text: String) -> [String] {
        ScenarioFile(name: "test.scenario.yaml", bytes: Array(text.utf8)).faults.map {
            "\($0.line ?? 0): \($0.path): \($0.detail)"
        }
    }

    /// The reports of all cases of a scenario file.
    static func run(
        _ text: String, keepsGoing: Bool = false, explains: Bool = false, _ location: SourceLocation = #_sourceLocation
    ) -> [CaseReport] {
        cases(text, location).map { plan in
            var options = CaseRun.Options()
            options.keepsGoing = keepsGoing
            options.explains = explains
            return CaseRun(plan, on: bed(for: plan), options: options).run()
        }
    }

    /// The report of the only case.
    static func report(_ text: String, _ location: SourceLocation = #_sourceLocation) throws -> CaseReport {
        let reports = run(text, location)
        try #require(reports.count == 1, sourceLocation: location)
        return reports[0]
    }

    /// A failure of the only case, the first one unless another is named.
    static func failure(
        _ text: String, at position: Int = 0, _ location: SourceLocation = #_sourceLocation
    ) throws -> FailureReport {
        let report = try report(text, location)
        #expect(report.verdict == .fail, "\(report.error?.detail ?? "")", sourceLocation: location)
        return try #require(report.failures.dropFirst(position).first, sourceLocation: location)
    }

    /// Requires that all cases pass.
    static func expectPass(_ text: String, _ location: SourceLocation = #_sourceLocation) {
        for report in run(text, location) {
            let detail =
                report.error?.detail ?? report.failures.first.map { "line \($0.line): \($0.subject), \($0)" } ?? ""
            #expect(report.verdict == .pass, "\(report.title): \(detail)", sourceLocation: location)
        }
    }

    private static func bed(for plan: CasePlan) -> LocalTestBed {
        let open: LocalTestBed.OpenRecording = { _ throws(HostFault) in
            throw HostFault("there are no recordings in this test")
        }
        guard plan.time == .real else { return LocalTestBed(openRecording: open) }
        return LocalTestBed(
            engine: .embedded(.init()), timers: DispatchTimerQueue(), openRecording: open,
            makeWebhook: LocalTestBed.noWebhook)
    }
}
