import Bytes
import Console
import Scenarios

/// The report of a run as text.
struct RunText {
    let text: String

    init(_ report: RunReport, isVerbose: Bool, isQuiet: Bool, showsCoverage: Bool = true, style: TerminalStyle) {
        var parts: [String] = []
        if !isQuiet, report.obstacle == nil {
            parts += report.faults.map(\.description)
            for item in report.cases where item.verdict != .pass || isVerbose || !item.flaky.isEmpty {
                parts.append(TextReport(item, of: report, in: style).text)
                if item.verdict == .fail || item.verdict == .error { parts.append("") }
            }
        }
        if let coverage = report.coverage {
            if isQuiet || !showsCoverage {
                parts.append(coverage.headline)
            } else {
                var page = TextPage(style: style)
                page.write(coverage)
                parts.append(page.text)
            }
        }
        parts += RunText.warnings(on: report)
        parts.append(RunText.sums(of: report))
        text = parts.joined(separator: "\n") + "\n"
    }

    /// `PASS 41  FAIL 2  SKIP 1  ERROR 0   of 44 cases in 12 files, 0.31 s (virtual time: 4 min 12 s)`.
    private static func sums(of report: RunReport) -> String {
        let virtual = report.cases.reduce(0) { $0 + $1.virtualNanoseconds }
        let timeOfHosts = virtual > 0 ? " (virtual time: \(span(virtual)))" : ""
        return "\(counts(of: report)), \(hundredths(report.seconds)) s\(timeOfHosts)"
    }

    /// What one may overlook in cases that passed or were skipped.
    static func warnings(on report: RunReport) -> [String] {
        var warnings: [String] = []
        let failed = report.cases.filter { $0.failedMessages > 0 }
        if !failed.isEmpty {
            let messages = failed.reduce(0) { $0 + $1.failedMessages }
            let passed = failed.count { $0.verdict == .pass }
            warnings.append(
                "The engine failed to answer \(messages.counted("message")) in \(failed.count.counted("case"))"
                    + (passed > 0 ? ", of which \(passed) passed." : "."))
        }
        if !report.cases.isEmpty, report.cases.allSatisfy({ $0.verdict == .skip }) {
            warnings.append("No case was run; --fail-on-skip makes that a failure.")
        }
        return warnings
    }

    /// The sums without times, which differ from run to run.
    static func counts(of report: RunReport) -> String {
        let sums = report.sums
        let flaky = sums.flaky > 0 ? " (flaky \(sums.flaky))" : ""
        let wrong = report.wrongFiles.count
        return "PASS \(sums.pass)\(flaky)  FAIL \(sums.fail)  SKIP \(sums.skip)  ERROR \(sums.error)"
            + "   of \(report.cases.count.counted("case"))" + (wrong > 0 ? " and \(wrong.counted("wrong file"))" : "")
            + " in \(report.fileCount.counted("file"))"
            + (report.shard.map { ", shard \($0) of \($0.total.counted("case"))" } ?? "")
    }

    /// `0.31`.
    static func hundredths(_ seconds: Double) -> String {
        let count = Int((seconds * 100).rounded())
        return "\(count / 100).\(count % 100 < 10 ? "0" : "")\(count % 100)"
    }

    /// `4 min 12 s`, `3 s`, `20 ms`.
    static func span(_ nanoseconds: UInt64) -> String {
        let milliseconds = nanoseconds / 1_000_000
        let seconds = milliseconds / 1000
        if seconds == 0 { return "\(milliseconds) ms" }
        let (minutes, rest) = (seconds / 60, seconds % 60)
        if minutes == 0 { return "\(rest) s" }
        return minutes < 60 ? "\(minutes) min \(rest) s" : "\(minutes / 60) h \(minutes % 60) min"
    }
}
