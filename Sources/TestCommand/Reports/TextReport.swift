import Bytes
import Console
import Scenarios

/// The report of a case as text for a terminal, made from the report alone.
struct TextReport {
    private let report: CaseReport
    /// The engine and the service, if the run has them.
    private let place: String
    private let style: TerminalStyle

    init(_ report: CaseReport, of run: RunReport, in style: TerminalStyle) {
        self.report = report
        self.style = style
        place =
            (run.engine.map { ", engine \($0.escapingInvisible)" } ?? "")
            + (run.server.map { ", server \($0.escapingInvisible)" } ?? "")
    }

    /// The lines, without a newline at the end of the last.
    var text: String {
        var lines: [String] = []
        let title = report.title.escapingInvisible
        let file = report.file.escapingInvisible
        switch report.verdict {
        case .pass:
            lines.append("\(verdict)  \(title)" + (report.flaky.isEmpty ? "" : "  (flaky)"))
            if !report.held.isEmpty { lines.append("      \(file):\(report.line)\(place)") }
        case .skip:
            lines.append("\(verdict)  \(title): \(report.reason?.escapingInvisible ?? "")")
            lines.append("      \(file):\(report.line)")
        case .fail, .error:
            lines.append("\(verdict)  \(title)")
            if let error = report.error { lines += describe(error, file) }
            for (index, failure) in report.failures.enumerated() {
                if index > 0 || report.error != nil { lines.append("") }
                lines += FailureText(failure, at: "\(file):\(failure.line)\(place)").lines
            }
        }
        for held in report.held { lines += [""] + HeldText(held).lines }
        return lines.joined(separator: "\n")
    }

    private var verdict: String {
        let word = report.verdict.rawValue.uppercased()
        return style.apply(report.verdict == .pass ? .name : report.verdict == .skip ? .faint : .warning, word)
    }

    private func describe(_ error: ErrorReport, _ file: String) -> [String] {
        let line = error.line.map { ":\($0)" } ?? ""
        return ["      \(file)\(line)\(place)", "", "  \(error.headline)"]
    }
}
