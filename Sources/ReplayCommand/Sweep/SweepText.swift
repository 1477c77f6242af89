import Bytes
import Console
import Replay

extension SweepResult {
    /// The edges, and a table of the points, whose first one has this report.
    func text(
        _ report: ReplayReport, _ pace: ReplayPace, _ warnings: [String], in style: TerminalStyle
    ) -> String {
        var page = TextPage(style: style)
        for line in answer { page.line(style.apply(.bold, line)) }
        for warning in warnings { page.line(style.apply(.warning, "warning: \(warning.escapingInvisible)")) }
        if let whyNotRefined { page.line(whyNotRefined) }
        let lines = report.total.lines
        page.heading(
            "\(lines.grouped) \(lines == 1 ? "line" : "lines") at \(points.count.counted("point")), \(pace.words), in "
                + "\(Double(report.durationMilliseconds) / 1000) s")
        if axes.count == 1 { writePoints(to: &page) } else { writeGrid(to: &page) }
        return page.text
    }

    /// A sentence for each edge.
    var answer: [String] {
        points.allSatisfy { $0.messages == 0 } ? ["No message was sent."] : knees.map(sentence)
    }

    private func sentence(about knee: SweepKnee) -> String {
        let axis = axes[0].parameter
        let row = knee.row.map { "With \(axes[1].parameter.rawValue) \(axes[1].parameter.text($0)), your" } ?? "Your"
        guard let beyond = knee.beyond else {
            let hardest = axes[0].fromEasiest.last.map(axis.text) ?? ""
            return "\(row) engine loses nothing at any \(axis.rawValue) \(axis.upTo) \(hardest)."
        }
        let losses = "\(axis.named(beyond.values[0])) it loses \(beyond.lost.grouped) of \(beyond.messages.grouped)"
        guard let value = knee.value else {
            return "\(row) engine loses messages at every \(axis.rawValue): at \(losses)."
        }
        let again = knee.again.map { "; losses come and go: none at \(axis.named($0))" } ?? ""
        return "\(row) engine loses nothing \(axis.upTo) \(axis.named(value)); at \(losses)\(again)."
    }

    private func writePoints(to page: inout TextPage) {
        let axis = axes[0].parameter
        page.table(
            "Points", [axis.rawValue, "lost", "worst delay", "longest queue", "after exit", "after end"],
            shownPoints.map { point in
                [
                    axis.text(point.values[0]), point.lost.grouped, point.longestDelay.map(DelayText.of) ?? "-",
                    point.longestQueue.grouped, point.afterExit.grouped, point.afterEnd.grouped,
                ]
            })
        let hidden = points.count - shownPoints.count
        if hidden > 0 {
            page.line("  and \(hidden.counted("point")) between them that led to the edge; see --points or --json")
        }
    }

    /// Without the points that only helped to find the edge; the last line says how many those are.
    private var shownPoints: [SweepPoint] {
        let edge = [knees[0].value, knees[0].beyond?.values[0]]
        return points.filter { !$0.isRefined || edge.contains($0.values[0]) }
    }

    private func writeGrid(to page: inout TextPage) {
        let byValues = Dictionary(points.map { ($0.values, $0) }) { first, _ in first }
        let (columns, rows) = (axes[0], axes[1])
        let titles =
            ["\(rows.parameter.rawValue) \\ \(columns.parameter.rawValue)"] + columns.values.map(columns.parameter.text)
        func table(_ title: String, _ cell: (SweepPoint) -> String) {
            page.table(
                title, titles,
                rows.values.map { row in
                    [rows.parameter.text(row)] + columns.values.map { byValues[[$0, row]].map(cell) ?? "" }
                })
        }
        table("Lost messages") { $0.lost.grouped }
        table("Worst delay") { $0.longestDelay.map(DelayText.of) ?? "-" }
    }
}

extension SweepAxis.Parameter {
    /// How a sentence introduces the hardest value at which nothing is lost.
    fileprivate var upTo: String { getsHarder ? "up to" : "down to" }

    /// A value in a sentence: a time says itself what it is.
    fileprivate func named(_ value: Int) -> String { self == .latency ? text(value) : "\(rawValue) \(text(value))" }
}
