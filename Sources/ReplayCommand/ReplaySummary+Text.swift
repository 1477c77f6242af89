import Bytes
import Console
import Replay

extension ReplaySummary {
    /// The summary as tables.
    func text(in style: TerminalStyle) -> String {
        var page = Page(style: style)
        write(to: &page)
        return page.text
    }

    private func write(to page: inout Page) {
        writeLines(to: &page)
        page.table("Machines", ["machine", "host", "lines", "events", "messages"], machineRows)
        page.table(
            "Messages by outcome", ["message", "created", "sent", "failed", "not sent", "dropped"], deliveryRows)
        writeLosses(to: &page)
        let coverage = report.coverage
        page.heading(
            "Coverage: \(coverage.percent) % (\(coverage.reached) of \(coverage.outcomes) condition outcomes)")
        for routine in coverage.routines { write(routine, to: &page) }
        page.list(
            "Messages that were never created",
            coverage.messageTypes.filter { $0.made == 0 }
                .map { escaped("\($0.type)\($0.why.map { ": \($0)" } ?? "")") })
        page.list("What this recording does not show", coverage.gaps.map(escaped))
    }

    private func writeLines(to page: inout Page) {
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

    private func writeLosses(to page: inout Page) {
        let losses = report.losses
        guard !losses.isEmpty else { return }
        let namesMachine = report.machines.count != 1
        page.table(
            "Lost messages",
            (namesMachine ? ["machine"] : []) + ["message", "reason", "process", "count", "first", "last"],
            lossRows(Page.maxRows, namesMachine: namesMachine))
        if losses.count > Page.maxRows {
            page.line("  and \((losses.count - Page.maxRows).counted("more kind")); see --json")
        }
        if report.lossesUnlisted > 0 {
            let noun = report.lossesUnlisted == 1 ? "message" : "messages"
            page.line("  and \(grouped(report.lossesUnlisted)) \(noun) of further kinds that are not listed")
        }
    }

    /// Writes how often each condition of a routine was true and false, and why it could not be.
    private func write(_ routine: CoverageReport.Routine, to page: inout Page) {
        let name = escaped(routine.name)
        if routine.records == 0 { return page.heading("\(name): never ran") }
        page.table(
            "\(name): ran \(grouped(routine.records)), notified \(grouped(routine.notified))",
            ["true", "false", "condition"],
            routine.conditions.map { [grouped($0.held), grouped($0.failed), escaped($0.check)] },
            notes: routine.conditions.map { $0.why.map(escaped) })
    }
}

/// A text of headings, tables and lists, separated by blank lines.
private struct Page {
    /// Maximum number of rows of a long table.
    static let maxRows = 20

    let style: TerminalStyle
    private(set) var text = ""

    init(style: TerminalStyle) { self.style = style }

    mutating func line(_ line: String) { text += line + "\n" }

    mutating func heading(_ heading: String) {
        if !text.isEmpty { text += "\n" }
        for part in wrapped(heading, width: style.width ?? .max) { line(style.apply(.bold, part)) }
    }

    /// Appends a list, unless it is empty.
    mutating func list(_ title: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        heading(title)
        for item in items {
            for (place, part) in wrapped("- " + item, width: (style.width ?? 100) - 4).enumerated() {
                line((place == 0 ? "  " : "    ") + part)
            }
        }
    }

    /// Appends a table, unless it is empty. Columns of numbers are aligned to the right.
    ///
    /// `notes`, one per row, are on separate lines.
    mutating func table(_ title: String, _ columns: [String], _ rows: [[String]], notes: [String?] = []) {
        guard !rows.isEmpty else { return }
        heading(title)
        let all = [columns] + rows
        let kinds = columns.indices.map { column -> TextTable.Column in
            rows.allSatisfy { $0[column].allSatisfy { $0.isNumber || $0 == "," } } ? .right() : .left()
        }
        let table = TextTable(kinds, fitting: all)
        for (place, row) in all.enumerated() {
            let line = "  " + table.line(row)
            self.line(place == 0 ? style.apply(.faint, line) : line)
            guard place > 0, place <= notes.count, let note = notes[place - 1] else { continue }
            let indent = String(repeating: " ", count: 6 + table.lastColumnStart)
            for part in wrapped(note, width: (style.width ?? 100) - indent.count) {
                self.line(style.apply(.faint, indent + part))
            }
        }
    }

    /// Wraps text at spaces to lines of at most `width` characters.
    private func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
