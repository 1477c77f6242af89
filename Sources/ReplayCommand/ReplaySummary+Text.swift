import Bytes
import Console
import Messages
import Replay

extension ReplaySummary {
    /// The largest number of rows of a table, so that the page of a usual recording fits on a screen of 50 lines.
    private static let mostRows = 5

    /// The answer, and the summary as tables.
    func text(in style: TerminalStyle) -> String {
        var page = TextPage(style: style)
        for line in answer { page.line(style.apply(.bold, line)) }
        for warning in notes.warnings { page.line(style.apply(.warning, "warning: \(escaped(warning))")) }
        write(to: &page)
        return page.text
    }

    private func write(to page: inout TextPage) {
        writeLines(to: &page)
        write(machineRows, "Machines", ["machine", "host", "lines", "events", "messages"], to: &page)
        page.table(
            "Messages by outcome",
            ["message", "created", "sent", "failed", "not sent", "dropped"]
                + (hasDelays ? ["p50", "p99", "most"] : []),
            deliveryRows)
        writeQueue(to: &page)
        writeLosses(to: &page)
        writeComparison(to: &page)
        write(
            processRows, "Processes",
            machineColumn + ["process", "messages", "lost"] + (hasDelays ? ["worst delay", "after exit"] : []),
            to: &page)
        page.list("What this recording does not show", report.coverage.gaps.map(escaped))
        if notes.showsCoverage { page.write(report.coverage) }
    }

    private var machineColumn: [String] { namesMachine ? ["machine"] : [] }

    /// Writes the first rows of a table, and how many more there are.
    private func write(_ rows: [[String]], _ title: String, _ columns: [String], to page: inout TextPage) {
        // Instead of one row, the line with the number of further rows would be as long.
        let shown = rows.count > Self.mostRows + 1 ? Self.mostRows : rows.count
        page.table(title, columns, Array(rows.prefix(shown)))
        if rows.count > shown { page.line("  and \(grouped(rows.count - shown)) more; see --json") }
    }

    private func writeLines(to page: inout TextPage) {
        let total = report.total
        let seconds = Double(report.durationMilliseconds) / 1000
        let reasons = total.skipped.isEmpty ? "" : " (\(list(total.skipped, "")))"
        page.heading(
            "\(grouped(total.lines)) \(total.lines == 1 ? "line" : "lines") in \(seconds) s: "
                + "\(list(total.appliedByType, "nothing")) applied, "
                + "\(grouped(total.lines - total.rejectedCount - total.applied)) skipped\(reasons), "
                + "\(grouped(total.rejectedCount)) rejected")
        for remark in total.remarks { page.line("  \(remark)") }
        if !notes.hasRules, let hint = report.hintOfRules { page.line("  \(hint)") }
        if !notes.showsCoverage, report.gates.contains(where: { $0.name == "fail-under" }) {
            page.line("\(report.coverage.headline); --coverage shows them")
        }
        for line in total.rejected.prefix(5) { page.line(page.style.apply(.warning, "  \(escaped("\(line)"))")) }
        if total.rejectedCount > 5 { page.line("  and \(grouped(total.rejectedCount - 5)) more") }
        if let line = total.stoppedAtLine { page.line("  stopped at line \(line); later lines were not applied") }
    }

    private func writeQueue(to page: inout TextPage) {
        guard let time = report.queue.peakAt else { return }
        let clock = escaped(time).dropFirst(11).prefix(12)
        page.line("  longest queue: \(grouped(report.queue.peak)) at \(clock)")
    }

    private func writeLosses(to page: inout TextPage) {
        write(
            lossRows, "Lost messages", machineColumn + ["message", "reason", "process", "count", "first", "last"],
            to: &page)
        if report.lossesUnlisted > 0 {
            let noun = report.lossesUnlisted == 1 ? "message" : "messages"
            page.line("  and \(grouped(report.lossesUnlisted)) \(noun) of further kinds that are not listed")
        }
        let reasons = Set(report.losses.map(\.reason))
        for (reason, words) in DeliveryLedger.Loss.Reason.meanings where reasons.contains(reason) {
            page.line("  \(reason): \(words)")
        }
    }

    private func writeComparison(to page: inout TextPage) {
        guard let comparison = report.comparison else { return }
        let file = escaped(notes.earlierFile ?? "the earlier report")
        if comparison.new.isEmpty, comparison.recovered.isEmpty {
            return page.heading("Nothing is lost that was not in \(file), and nothing came back")
        }
        let columns = machineColumn + ["message", "reason", "process", "count", "first"]
        write(
            rows(of: comparison.new), "Lost now, not in \(file): \(grouped(comparison.newCount))", columns, to: &page)
        write(
            rows(of: comparison.recovered), "Lost in \(file), not now: \(grouped(comparison.recoveredCount))", columns,
            to: &page)
    }
}
