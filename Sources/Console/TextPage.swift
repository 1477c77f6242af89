import Bytes

/// A text of headings, tables and lists, separated by blank lines.
public struct TextPage {
    /// How it is emphasized and wrapped.
    public let style: TerminalStyle
    /// What was written.
    public private(set) var text = ""

    /// An empty page.
    public init(style: TerminalStyle) { self.style = style }

    /// Appends a line.
    public mutating func line(_ line: String) { text += line + "\n" }

    /// Appends an indented text of any length.
    public mutating func paragraph(_ text: String) {
        for part in wrapped(text, width: (style.width ?? 100) - 2) { line("  " + part) }
    }

    /// Appends a heading, with an empty line before it.
    public mutating func heading(_ heading: String) {
        if !text.isEmpty { text += "\n" }
        for part in wrapped(heading, width: style.width ?? .max) { line(style.apply(.bold, part)) }
    }

    /// Appends a list, unless it is empty.
    public mutating func list(_ title: String, _ items: [String]) {
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
    public mutating func table(_ title: String, _ columns: [String], _ rows: [[String]], notes: [String?] = []) {
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
