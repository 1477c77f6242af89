import Bytes
import HTML
import HTMLReport
import Scenarios

/// A case of a page with everything that explains its result.
struct CasePart {
    private let item: CaseReport
    private let path: String
    private let report: RunReport
    private let timings: Bool

    /// The part of `item`, whose file is shown as `path`.
    init(_ item: CaseReport, at path: String, of report: RunReport, timings: Bool) {
        (self.item, self.path, self.report, self.timings) = (item, path, report, timings)
    }

    func write(to html: inout HTMLWriter) {
        html.newline()
        html.element(.details, .open, .class("case")) { html in
            html.element(.summary) { html in
                let isGood = item.verdict == .pass
                html.element(
                    .span, .class(isGood ? "verdict fine" : "verdict loss"),
                    text: (isGood ? "✓ " : "✗ ") + item.verdict.rawValue.uppercased())
                html.element(.strong, text: " \(item.title)")
                html.element(.span, .class("dim"), text: "  \(path):\(item.shownLine)\(times)")
            }
            if let error = item.error { html.element(.p, text: error.headline) }
            for failure in item.failures + item.flaky { FailurePart(failure).write(to: &html) }
            for held in item.held { html.element(.pre) { $0.lines(HeldText(held).lines) } }
            html.element(.p, .class("dim"), text: "To run it again:")
            html.command(command)
        }
    }

    private var times: String {
        (item.virtualNanoseconds > 0 ? ", virtual time \(RunText.span(item.virtualNanoseconds))" : "")
            + (timings ? ", \(RunText.hundredths(item.seconds)) s" : "")
    }

    /// The command that runs the case alone, and explains each of its expectations.
    private var command: String {
        let place =
            (report.engine.map { " --engine-url \($0.shellWord)" } ?? "")
            + (report.server.map { " --server \($0.shellWord)" } ?? "")
        return "wdfilterd test \(path.shellWord) --explain \(item.title.shellWord)\(place)"
    }
}

/// An expectation that did not hold: what was expected, what came instead, what came nearest, and why.
struct FailurePart {
    private let failure: FailureReport

    init(_ failure: FailureReport) { self.failure = failure }

    func write(to html: inout HTMLWriter) {
        html.element(.h3, text: "Line \(failure.line), step \(failure.step)\(failure.roundWords)")
        html.element(.dl, .class("facts")) { html in
            if let because = failure.because { html.fact("because", because) }
            html.fact("expected", failure.wanted)
            html.fact("found", failure.actual)
        }
        writeTable(failure.look.fields, "What was compared", to: &html)
        for message in failure.nearest.prefix(10) { write(message, to: &html) }
        for reason in failure.why.prefix(20) {
            if case .decision(let decision) = reason { writePath(decision, to: &html) }
        }
        for section in ReasonText.sections(failure.why) {
            html.element(.p, .class("dim"), text: section.title)
            html.element(.pre) { $0.lines(section.lines) }
        }
        if failure.change.isEmpty { return }
        html.element(.p, .class("dim"), text: "smallest change")
        html.element(.pre) { $0.lines(failure.change.flatMap(ReasonText.describe)) }
    }

    private func write(_ message: NearestMessage, to html: inout HTMLWriter) {
        let place = message.step.map { ", \($0.words)" } ?? ""
        let outside = message.outOfScope ? ", out of scope" : ""
        let title = "#\(message.sequence) \(message.kind) \(message.operation)\(place)\(outside)"
        writeTable(message.criteria, "\(failure.nearestTitle): \(title)", to: &html)
    }

    private func writeTable(_ fields: [ComparedField], _ caption: String, to html: inout HTMLWriter) {
        if fields.isEmpty { return }
        let columns: [ReportTable.Column] = [.text("result"), .text("criterion"), .text("expected"), .text("found")]
        ReportTable(caption, columns, mostRows: 100, mostBytes: 64 << 10).write(fields, to: &html) { field in
            [
                .result(field.isMet, field.isMet ? "✓ met" : "✗ not met"), .code(field.criterion),
                .text(field.wantedWords),
                .text(field.actualWords),
            ]
        }
    }

    /// The conditions that a routine looked at, up to the one that decided.
    private func writePath(_ decision: Reason.Decision, to html: inout HTMLWriter) {
        if decision.checks.isEmpty { return }
        html.element(.p) { html in
            html.element(.code, text: decision.routine)
            html.text(" looked at, in this order:")
        }
        html.element(.div, .class("tree")) { html in
            html.element(.ol) { html in
                for check in decision.checks.prefix(40) {
                    // A condition that only chose the way is not a failure (UI-9).
                    let isReason = check.check == decision.decidedBy
                    html.element(.li) { html in
                        html.element(
                            .span, .class(isReason ? "loss" : "dim"),
                            text: (isReason ? "✗" : check.holds ? "✓" : "◇") + (check.holds ? " true " : " false "))
                        html.element(.code, text: check.check)
                        html.element(.span, .class("dim"), text: " it was \(check.value)")
                    }
                }
            }
        }
    }
}
