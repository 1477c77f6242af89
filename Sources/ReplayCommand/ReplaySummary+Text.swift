import Bytes
import Console
import Replay

extension ReplaySummary {
    /// The summary as tables.
    func text(in style: TerminalStyle) -> String {
        var page = TextPage(style: style)
        write(to: &page)
        return page.text
    }

    private func write(to page: inout TextPage) {
        writeLines(to: &page)
        page.table("Machines", ["machine", "host", "lines", "events", "messages"], machineRows)
        page.table(
            "Messages by outcome", ["message", "created", "sent", "failed", "not sent", "dropped"], deliveryRows)
        writeLosses(to: &page)
        page.write(report.coverage)
        page.list("What this recording does not show", report.coverage.gaps.map(escaped))
    }

    private func writeLines(to page: inout TextPage) {
        let total = report.total
        let seconds = Double(report.durationMilliseconds) / 1000
        page.heading(
            "\(grouped(total.lines)) \(total.lines == 1 ? "line" : "lines") in \(seconds) s: "
                + "\(list(total.appliedByType, "nothing")) applied, "
                + "\(grouped(total.lines - total.rejectedCount - total.applied)) skipped, "
                + "\(grouped(total.rejectedCount)) rejected")
        for line in total.rejected.prefix(5) { page.line(page.style.apply(.warning, "  \(escaped("\(line)"))")) }
        if total.rejectedCount > 5 { page.line("  and \(grouped(total.rejectedCount - 5)) more") }
        if let line = total.stoppedAtLine { page.line("  stopped at line \(line); later lines were not applied") }
    }

    private func writeLosses(to page: inout TextPage) {
        let losses = report.losses
        guard !losses.isEmpty else { return }
        let namesMachine = report.machines.count != 1
        page.table(
            "Lost messages",
            (namesMachine ? ["machine"] : []) + ["message", "reason", "process", "count", "first", "last"],
            lossRows(TextPage.maxRows, namesMachine: namesMachine))
        if losses.count > TextPage.maxRows {
            page.line("  and \((losses.count - TextPage.maxRows).counted("more kind")); see --json")
        }
        if report.lossesUnlisted > 0 {
            let noun = report.lossesUnlisted == 1 ? "message" : "messages"
            page.line("  and \(grouped(report.lossesUnlisted)) \(noun) of further kinds that are not listed")
        }
    }
}
