import Bytes
import Console
import Glibc
import Scenarios

/// The summary of a step of GitHub Actions, in Markdown: the sums, and a table of the cases that did not pass.
struct StepSummary {
    /// The most bytes. GitHub takes 1 MiB for a whole step.
    static let mostBytes = 512 << 10

    let text: String

    init(_ report: RunReport) {
        var text = "### wdfilterd test\n\n\(RunText.counts(of: report))\n"
        if let coverage = report.coverage { text += "\n\(coverage.headline)\n" }
        let rows = Self.rows(of: report)
        if !rows.isEmpty { text += "\n| | Case | Line | Reason |\n|---|---|---|---|\n" }
        var left = rows.count
        for row in rows {
            if text.utf8.count + row.utf8.count > Self.mostBytes - 100 { break }
            text += row
            left -= 1
        }
        if left > 0 { text += "\n\(left.counted("more case")), see the report.\n" }
        self.text = text + "\n"
    }

    private static func rows(of report: RunReport) -> [String] {
        report.wrongFiles.map {
            row("ERROR", $0.file, RunReport.WrongFile.caseName, $0.faults.first?.line ?? 1, $0.headline)
        }
            + report.cases.filter { $0.verdict != .pass }.map {
                row($0.verdict.rawValue.uppercased(), $0.file, $0.title, $0.shownLine, $0.headline)
            }
    }

    private static func row(_ verdict: String, _ file: String, _ name: String, _ line: Int, _ reason: String) -> String
    {
        "| \(verdict) | \(plain(name)) | \(plain("\(file):\(line)")) | \(plain(reason.cut(toBytes: 2000))) |\n"
    }

    /// `text` without a meaning in Markdown or HTML.
    private static func plain(_ text: String) -> String {
        text.escapingInvisible.escaping { scalar in
            switch scalar {
            case "!"..."/", ":"..."@", "["..."`", "{"..."~": "\\\(scalar)"
            default: nil
            }
        }
    }

    /// Appends the summary to a file.
    ///
    /// - Throws: Exit code 3 if that fails.
    func append(to path: String) throws(CommandFailure) {
        let fault = ReportFile.write(Array(text.utf8), to: path, flags: O_WRONLY | O_CREAT | O_APPEND)
        if fault != 0 {
            throw CommandFailure(
                status: .failed, message: "cannot write GITHUB_STEP_SUMMARY: \(String(cString: strerror(fault)))")
        }
    }
}
