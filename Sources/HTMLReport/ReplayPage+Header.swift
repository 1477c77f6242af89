import Bytes
public import HTML
import Messages
import Replay

extension ReplayPage {
    /// What was replayed and how, the answer, and the figures.
    func writeHeader(to html: inout HTMLWriter) {
        let answer = ReplayAnswer(report, engineName: notes.engineName, whyNoDelays: notes.whyNoDelays)
        writeTitle(answer.sentences, to: &html)
        writeTiles(to: &html)
        writeGates(to: &html)
        writeNavigation(to: &html)
    }

    /// Writes what was replayed and how, the answer, and the warnings.
    public func writeTitle(_ answer: [String], to html: inout HTMLWriter) {
        html.element(.h1, text: name)
        html.element(.p, .class("dim"), text: subject)
        if let command = report.settings?.command {
            html.command(command)
        }
        html.element(.div, .class("answer")) { html in
            for sentence in answer { html.element(.p, text: sentence) }
        }
        for warning in notes.warnings { html.element(.p, .class("warning"), text: "Warning: \(warning)") }
        html.newline()
    }

    /// The machines and the time that the recording spans.
    private var subject: String {
        var parts: [String] = []
        if !report.machines.isEmpty {
            let names = report.machines.map { $0.name ?? "native events" }
            parts.append((names.count == 1 ? "Machine " : "Machines ") + Self.list(names))
        }
        if let timeline = report.timeline {
            let (first, last) = (timeline.firstEvent.rfc3339, timeline.lastEvent.rfc3339)
            let span = DelayText.of((timeline.lastEvent.ticks - timeline.firstEvent.ticks) / 10)
            parts.append("\(first.prefix(10)) \(clock(first).suffix(12)) to \(clock(last)) UTC, \(span)")
        }
        if let version = report.settings?.version { parts.append("wdfilterd \(version)") }
        return parts.joined(separator: " · ")
    }

    private func writeTiles(to html: inout HTMLWriter) {
        let made = report.deliveries.reduce(0) { $0 + $1.ends.all }
        let coverage = report.coverage
        let threshold =
            report.gates.first { $0.name == "fail-under" }.map { ", at least \($0.limit.plain) % wanted" } ?? ""
        let isCovered = report.gates.allSatisfy { $0.name != "fail-under" || $0.passed }
        html.element(.dl, .class("tiles")) { html in
            html.tile("\(report.total.applied.grouped) of \(report.total.lines.grouped)", "lines applied")
            html.tile(made.grouped, made == 1 ? "message" : "messages")
            html.tile(report.lost.grouped, "lost", isGood: report.lost == 0)
            html.tile(
                "\(coverage.percent) %",
                "coverage: \(coverage.reached) of \(coverage.outcomes) outcomes\(threshold)", isGood: isCovered)
        }
        html.newline()
    }

    private func writeGates(to html: inout HTMLWriter) {
        if report.gates.isEmpty { return }
        let columns: [ReportTable.Column] = [.text("gate"), .number("value"), .number("limit"), .text("result")]
        ReportTable("Gates", columns).write(report.gates, to: &html) { gate in
            let unit = gate.name == "max-delay" ? " ms" : gate.name == "fail-under" ? " %" : ""
            let limit = gate.name == "fail-under" ? "at least " : "at most "
            return [
                .code("--\(gate.name)"), .value(gate.value.plain + unit, sortedBy: Int(clamping: gate.value)),
                .value(limit + gate.limit.plain + unit, sortedBy: Int(clamping: gate.limit)),
                .result(gate.passed, gate.passed ? "✓ passed" : "✗ not passed"),
            ]
        }
    }

    private func writeNavigation(to html: inout HTMLWriter) {
        html.element(.nav, .label("Parts of the report")) { html in
            html.element(.ul) { html in
                func link(_ id: StaticString, _ title: String) {
                    html.element(.li) { $0.element(.a, .href(toId: id), text: title) }
                }
                if report.timeline != nil { link("timeline", "Timeline") }
                link("lost", "Lost messages")
                if report.comparison != nil { link("compared", "Compared") }
                link("coverage", "Coverage")
                link("deliveries", "Messages by outcome")
                if !report.processes.isEmpty { link("processes", "Processes") }
                link("recording", "The recording")
                if report.settings != nil { link("settings", "Settings") }
            }
        }
    }
}

extension Double {
    /// The number without needless decimals.
    var plain: String { Int(exactly: self)?.grouped ?? "\(self)" }
}

extension Int {
    /// The nearest number for one that may have decimals.
    fileprivate init(clamping number: Double) { self = Int(exactly: (number * 1000).rounded()) ?? .max }
}
