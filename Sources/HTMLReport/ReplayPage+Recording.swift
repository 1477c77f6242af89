import Bytes
public import HTML
import Replay

extension ReplayPage {
    /// How its lines were read, and what they cannot show.
    public func writeRecording(to html: inout HTMLWriter) {
        html.heading("recording", "The recording")
        writeMachines(to: &html)
        writeCounts(to: &html)
        if !report.coverage.gaps.isEmpty {
            html.element(.h3, text: "What this recording does not show")
            html.element(.ul) { html in
                for gap in report.coverage.gaps.prefix(100) { html.element(.li, text: gap.cut) }
            }
        }
        if !notes.unread.isEmpty {
            html.element(.h3, text: "What was not read")
            html.element(.ul) { html in
                for line in notes.unread.prefix(100) { html.element(.li, text: line) }
            }
        }
        writeRejected(to: &html)
    }

    private func writeMachines(to html: inout HTMLWriter) {
        if report.machines.isEmpty { return }
        let columns: [ReportTable.Column] = [
            .text("machine"), .text("host"), .number("lines"), .number("events"), .number("messages"),
        ]
        ReportTable("Machines, each with its host", columns, mostRows: 500)
            .write(
                report.machines, to: &html, unlisted: report.machinesUnlisted, whereToFind: notes.whereToFind
            ) { machine in
                [
                    .text(machine.name ?? "native events"), .text(machine.host?.name ?? ""),
                    .number(machine.events.lines), .number(machine.events.applied),
                    .number(machine.events.messages.total),
                ]
            }
    }

    private func writeCounts(to html: inout HTMLWriter) {
        let total = report.total
        func list(_ counts: [String: Int]) -> String {
            let sorted = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            return sorted.isEmpty
                ? ""
                : " (" + sorted.prefix(20).map { "\($0.value.grouped) \($0.key.cut)" }.joined(separator: ", ") + ")"
        }
        let skipped = total.lines - total.rejectedCount - total.applied
        let facts = [
            ("lines", total.lines.grouped), ("applied", total.applied.grouped + list(total.appliedByType)),
            ("skipped", skipped.grouped + list(total.skipped)), ("rejected", total.rejectedCount.grouped),
        ]
        html.element(.dl, .class("facts")) { html in
            for (name, value) in facts { html.fact(name, value) }
        }
        let remarks =
            total.remarks + (total.stoppedAtLine.map { ["stopped at line \($0); later lines were not applied"] } ?? [])
        if remarks.isEmpty { return }
        html.element(.ul) { html in for remark in remarks { html.element(.li, text: remark) } }
    }

    private func writeRejected(to html: inout HTMLWriter) {
        if report.total.rejectedCount == 0 { return }
        html.element(.h3, text: "Rejected lines")
        let hasParts = report.total.rejected.contains { $0.part != nil }
        ReportTable(
            "Lines that were not applied, and why",
            (hasParts ? [.text("part")] : []) + [.number("line"), .text("reason")], mostRows: 100, mostBytes: 96 << 10
        )
        .write(
            report.total.rejected, to: &html, unlisted: report.total.rejectedCount - report.total.rejected.count,
            whereToFind: nil
        ) { line in
            (hasParts ? [.text(line.part ?? "")] : []) + [.number(line.line), .text(line.detail)]
        }
    }
}
