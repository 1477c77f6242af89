import JSON
import Scenarios

/// Reports that tests of writers begin with.
enum ReportSamples {
    /// A run of `cases` with `faults`.
    static func run(_ cases: [CaseReport] = [], faults: [RunReport.FileFault] = []) -> RunReport {
        var report = RunReport(
            version: "1.2.3", time: .virtual, cases: cases, faults: faults,
            fileCount: Set(cases.map(\.file) + faults.map(\.file)).count)
        report.started = CasePlan.defaultStartTime
        return report
    }

    /// A case that passed.
    static func pass(_ name: String = "passes", in file: String = "tests/a.scenario.yaml", seconds: Double = 0.25)
        -> CaseReport
    {
        var report = CaseReport(CasePlan(file: file, line: 3, name: name))
        report.seconds = seconds
        return report
    }

    /// A case that was not run.
    static func skip(_ name: String = "skipped", because reason: String = "needs a service") -> CaseReport {
        var report = pass(name, seconds: 0)
        report.verdict = .skip
        report.reason = reason
        return report
    }

    /// A case with `count` failures.
    static func fail(_ name: String = "fails", count: Int = 1, because: String? = nil) -> CaseReport {
        var report = pass(name, seconds: 1.5)
        report.verdict = .fail
        report.failures = (0..<count).map { failure(line: 10 + $0, because: because) }
        return report
    }

    /// A case that could not be run.
    static func error(_ name: String = "errs", detail: String = "a live process already has the pid 900") -> CaseReport
    {
        var report = pass(name, seconds: 0.001)
        report.verdict = .error
        report.error = ErrorReport(.scenario, line: 7, step: "2", problem: "process-exists", detail: detail)
        return report
    }

    /// An expectation that did not hold.
    static func failure(line: Int = 10, because: String? = nil, subject: String = "LoadImage") -> FailureReport {
        var failure = FailureReport(
            line: line, step: StepNumber(1), id: nil, expectation: .null, expected: "exactly 1", subject: subject)
        failure.found = 0
        failure.scope = 2
        failure.scopeName = "step 1"
        failure.because = because
        failure.why = [.absent(event: "loadImage", detail: "no step loads an image")]
        return failure
    }

    /// Names that end an attribute, an element, a line or a report, if a writer lets them.
    static let hostileNames = [
        "]]> <![CDATA[ </failure> &amp; \"quotes\" 'single'", "::error file=x,line=1::owned", "##[error]owned",
        "not ok 7 - owned # SKIP", "\u{1B}[2J\u{7}", "a\r\nBail out!", "\u{0}\u{FFFE}\u{FFFF}\u{B}",
        "\u{2028}line\u{2029}paragraph\u{85}", "\u{202E}reversed", "👩‍👩‍👧 \u{10FFFF}", "| a | b |",
        "`code` <b>bold</b> @user",
        "\\# back\\slash", "---\n...", "%0A%0D", "a: b, c=d",
        // With combining marks, each of these is another character.
        "a:\u{301}:\u{301} b,\u{301} # \u{301}#\u{301}SKIP %\u{301} '\u{301} \"\u{301} |\u{301} <\u{338}",
    ]
}
