import Bytes
import HTML
import HTMLReport
import Replay

/// The result of a sweep as a page: the edge, a drawing, and the points.
struct SweepPage {
    private let result: SweepResult
    /// The page of the first point, for what all points have in common.
    private let common: ReplayPage

    /// A page of `result`, whose first point has this report.
    init(_ result: SweepResult, _ report: ReplayReport, _ notes: ReplayPage.Notes) {
        self.result = result
        common = ReplayPage(report, notes)
    }

    /// The page.
    var html: [UInt8] {
        ReportFrame(common.title).page(
            header: { html in
                common.writeTitle(result.answer, to: &html)
                if let why = result.whyNotRefined { html.element(.p, .class("dim"), text: why) }
            },
            main: { html in
                if result.axes.count == 1 { writePoints(to: &html) } else { writeGrids(to: &html) }
                common.writeRecording(to: &html)
                common.writeSettings(to: &html)
            })
    }

    private func writePoints(to html: inout HTMLWriter) {
        let axis = result.axes[0].parameter
        html.heading("points", "Points")
        html.element(.div, .class("wide"), .focusable, .role("group"), .label("Points")) { html in
            SweepDrawing(result).write(to: &html)
        }
        let columns: [ReportTable.Column] = [
            .number(axis.rawValue), .number("messages"), .number("lost"), .number("worst delay"),
            .number("longest queue"),
            .number("after exit"), .number("after end"), .text("point"),
        ]
        ReportTable("What an engine loses with each value of \(axis.rawValue)", columns)
            .write(result.points, to: &html) { point in
                [
                    .value(axis.text(point.values[0]), sortedBy: axis.place(of: point.values[0])),
                    .number(point.messages),
                    .losses(point.lost), .delay(point.longestDelay), .number(point.longestQueue),
                    .number(point.afterExit), .number(point.afterEnd),
                    .text(
                        point.values[0] == result.knees[0].edge ? "the edge" : point.isRefined ? "near the edge" : ""),
                ]
            }
    }

    private func writeGrids(to html: inout HTMLWriter) {
        let byValues = Dictionary(result.points.map { ($0.values, $0) }) { first, _ in first }
        let (columns, rows) = (result.axes[0], result.axes[1])
        func table(_ caption: String, _ cell: (SweepPoint) -> ReportCell) {
            ReportTable(
                "\(caption), by \(columns.parameter.rawValue) (columns) and \(rows.parameter.rawValue) (rows)",
                [.number(rows.parameter.rawValue)] + columns.values.map { .number(columns.parameter.text($0)) }
            ).write(rows.values, to: &html) { row in
                [.value(rows.parameter.text(row), sortedBy: rows.parameter.place(of: row))]
                    + columns.values.map { byValues[[$0, row]].map(cell) ?? .text("") }
            }
        }
        html.heading("points", "Points")
        table("Lost messages") { .losses($0.lost) }
        table("Worst delay") { .delay($0.longestDelay) }
        table("Longest queue") { .number($0.longestQueue) }
    }
}
