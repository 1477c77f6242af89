extension ReplaySummary {
    /// The summary as tables.
    func text(in style: TerminalStyle) -> String {
        var page = Page(style: style)
        tell(to: &page)
        return page.text
    }

    private func tell(to page: inout Page) {
        let read = lines - rejectedCount
        let seconds = Double(milliseconds) / 1000
        page.heading(
            "\(grouped(lines)) \(lines == 1 ? "line" : "lines") in \(seconds) s: \(list(applied, "nothing")) applied, "
                + "\(grouped(read - applied.reduce(0) { $0 + $1.count })) skipped, \(grouped(rejectedCount)) rejected")
        for fault in rejected.prefix(5) { page.line(page.style.apply(.warning, "  \(fault)")) }
        if rejectedCount > 5 { page.line("  and \(grouped(rejectedCount - 5)) more") }
        if let stoppedAtLine { page.line("  stopped at line \(stoppedAtLine); later lines were not applied") }

        page.table(
            "Machines", ["machine", "host", "lines", "events", "messages"],
            machines.map { machine in
                let (events, messages) = (machine.applied, machine.messages)
                return [
                    machine.name, machine.host, grouped(machine.lines), grouped(events.reduce(0) { $0 + $1.count }),
                    grouped(messages.reduce(0) { $0 + $1.count }),
                ]
            })
        page.table(
            "Messages by outcome", ["message", "created", "sent", "failed", "not sent", "dropped"],
            deliveries.map { end in
                [
                    "\(end.kind) \(end.operation)", grouped(end.sent + end.failed + end.notSent + end.dropped),
                    grouped(end.sent), grouped(end.failed), grouped(end.notSent), grouped(end.dropped),
                ]
            })
        tellLosses(to: &page)
        page.heading("Coverage: \(percent) % (\(reached) of \(outcomes) condition outcomes)")
        for routine in routines { tell(routine, to: &page) }
        page.list("Messages that were never created", neverMade.map { "\($0.type)\($0.why.map { ": \($0)" } ?? "")" })
        page.list("What this recording does not show", gaps)
    }

    private func tellLosses(to page: inout Page) {
        guard !losses.isEmpty else { return }
        let shown = losses.sorted { $0.count > $1.count }.prefix(Page.mostRows)
        let isOneMachine = machines.count == 1
        page.table(
            "Lost messages",
            (isOneMachine ? [] : ["machine"]) + ["message", "reason", "process", "count", "first", "last"],
            shown.map { loss in
                (isOneMachine ? [] : [loss.machine ?? ""]) + [
                    loss.operation, loss.reason, loss.process, grouped(loss.count), loss.first,
                    loss.count > 1 ? loss.last : "",
                ]
            })
        if losses.count > shown.count { page.line("  and \(losses.count - shown.count) more kinds; see --json") }
        if lossesUnlisted > 0 {
            page.line("  and \(grouped(lossesUnlisted)) messages of further kinds that are not listed")
        }
    }

    /// How often each condition of a routine was true and false, and why it could not be.
    private func tell(_ routine: Routine, to page: inout Page) {
        if routine.records == 0 { return page.heading("\(routine.name): never ran") }
        page.table(
            "\(routine.name): ran \(grouped(routine.records)), notified \(grouped(routine.notified))",
            ["true", "false", "condition"],
            routine.conditions.map { [grouped($0.held), grouped($0.failed), $0.check] },
            notes: routine.conditions.map(\.why))
    }

    private func list(_ counts: Counts, _ none: String) -> String {
        counts.isEmpty ? none : counts.map { "\(grouped($0.count)) \($0.name)" }.joined(separator: ", ")
    }

    private func grouped(_ number: Int) -> String { ReplayProgress.grouped(number) }
}

/// Headings, tables and lists, one after the other, each apart from the one before.
private struct Page {
    /// Most rows of a table that may be long.
    static let mostRows = 20

    let style: TerminalStyle
    private(set) var text = ""

    init(style: TerminalStyle) { self.style = style }

    mutating func line(_ line: String) { text += line + "\n" }

    mutating func heading(_ heading: String) {
        if !text.isEmpty { text += "\n" }
        for part in wrapped(heading, width: style.width ?? .max) { line(style.apply(.bold, part)) }
    }

    /// Nothing when there are no items.
    mutating func list(_ title: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        heading(title)
        for item in items {
            for (place, part) in wrapped("- " + item, width: (style.width ?? 100) - 4).enumerated() {
                line((place == 0 ? "  " : "    ") + part)
            }
        }
    }

    /// Columns as wide as what is in them; the last ones of numbers to the right. Nothing when there are no rows.
    ///
    /// `notes`, one a row, go on lines of their own.
    mutating func table(_ title: String, _ columns: [String], _ rows: [[String]], notes: [String?] = []) {
        guard !rows.isEmpty else { return }
        heading(title)
        let all = [columns] + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        let isNumber = columns.indices.map { column in
            rows.allSatisfy { $0[column].allSatisfy { $0.isNumber || $0 == "," } }
        }
        for (place, row) in all.enumerated() {
            let cells = columns.indices.map { column -> String in
                let room = String(repeating: " ", count: widths[column] - row[column].count)
                if isNumber[column] { return room + row[column] }
                return column == columns.count - 1 ? row[column] : row[column] + room
            }
            var line = "  " + cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            self.line(place == 0 ? style.apply(.faint, line) : line)
            guard place > 0, place <= notes.count, let note = notes[place - 1] else { continue }
            let indent = String(repeating: " ", count: 6 + widths.dropLast().reduce(0) { $0 + $1 + 2 })
            for part in wrapped(note, width: (style.width ?? 100) - indent.count) {
                self.line(style.apply(.faint, indent + part))
            }
        }
    }

    /// Words on lines of at most `width` characters.
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
