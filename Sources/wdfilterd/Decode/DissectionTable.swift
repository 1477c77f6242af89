import Bytes
import Console
import Driver
import Messages

/// A dissection as a readable table: offset, size, field, value.
struct DissectionTable {
    private let dissection: Dissection
    private let address: UInt64?
    private let style: TerminalStyle
    private let table: TextTable

    /// Creates a table of `dissection`, whose first byte was at `address`.
    init(_ dissection: Dissection, address: UInt64? = nil, style: TerminalStyle = .plain) {
        self.dissection = dissection
        self.address = address
        self.style = style
        table = TextTable([.left(8), .right(5), .left(dissection.parts.map(\.fieldName.count).max() ?? 0), .left()])
    }

    /// The whole table, with a heading above and legend and remarks below.
    var text: String {
        var lines: [String] = [style.apply(.bold, heading)]
        lines += ["", style.apply(.faint, row(" ", "offset", "size", "field", ["value"])[0])]
        var structure = ""
        for part in dissection.parts {
            if part.structure != structure, !part.structure.isEmpty {
                structure = part.structure
                lines.append(style.apply(.bold, structure))
            }
            lines += rows(of: part)
        }
        if let legend { lines += ["", style.apply(.faint, legend)] }
        lines += dissection.remarks.map { remark in
            style.apply(.warning, "! \(remark.offset.hex(digits: 2)) \(remark.detail)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var heading: String {
        let place = address.map { " at \($0.hex(digits: 2))" } ?? ""
        if dissection.isCutOff, let cutOff = dissection.cutOff { return heading(of: cutOff) + place }
        let size = dissection.size.counted("byte") + place
        return switch dissection.content {
        case .async(let message): "\(message.operation.name), an asynchronous structure, \(size)"
        case .sync(let message): "\(message.operation.name), a synchronous message, \(size)"
        case .syncData(let data): "\(data.operation.name), variable data, \(size)"
        case .syncReply: "A reply to a synchronous message, \(size)"
        case .createProcessReply: "A reply to CreateProcess, \(size)"
        case nil where dissection.parts.contains { $0.field != nil }: "An incomplete or damaged message, \(size)"
        case nil: "Not a message, \(size)"
        }
    }

    private func heading(of cutOff: Dissection.CutOff) -> String {
        let count = dissection.bytes.count
        let isReply = cutOff.header?.form == .createProcessReply
        guard let name = isReply ? "A reply to CreateProcess" : cutOff.operation?.name, let size = cutOff.header?.size
        else {
            return "unknown message, cut off: \(count.counted("byte"))"
        }
        return "\(name), cut off: \(count) of \(size.counted("byte"))"
    }

    private var legend: String? {
        let marks = Set(dissection.parts.map(mark))
        let texts = [
            ("~", "~ position inferred"), ("*", "* our decision"), ("?", "? sources disagree"), ("!", "! unusual"),
        ]
        let used = texts.filter { marks.contains($0.0) }.map(\.1)
        return used.isEmpty ? nil : used.joined(separator: "   ")
    }

    private func mark(_ part: MessagePart) -> String {
        if part.expected != nil { return "!" }
        guard let field = part.field else { return dissection.content == nil ? " " : "!" }
        switch (field.provenance ?? dissection.provenance(of: part))?.status {
        case .inferred: return "~"
        case .decided: return "*"
        case .disputed: return "?"
        case .known, nil: return " "
        }
    }

    private func rows(of part: MessagePart) -> [String] {
        let name = part.fieldName
        let (mark, isZero) = (mark(part), part.field?.kind == .zero)
        let emphasis: TerminalStyle.Emphasis? = mark == "!" ? .warning : isZero ? .faint : nil
        let lines = row(
            mark, part.offset.hex(digits: 2), String(part.size), name, wrap(part.valueText),
            emphasis == nil ? .name : nil)
        return emphasis.map { emphasis in lines.map { style.apply(emphasis, $0) } } ?? lines
    }

    private func row(
        _ mark: String, _ offset: String, _ size: String, _ field: String, _ value: [String],
        _ emphasis: TerminalStyle.Emphasis? = nil
    ) -> [String] {
        value.enumerated().map { index, line in
            let head = index == 0 ? ["\(mark) \(offset)", size, field] : ["", "", ""]
            return table.line(head + [line]) { column, cell in
                column == 2 ? emphasis.map { style.apply($0, cell) } ?? cell : cell
            }
        }
    }

    /// Wraps a value to the available width.
    private func wrap(_ value: String) -> [String] {
        guard let width = style.width, width - table.lastColumnStart >= 20 else { return [value] }
        let room = width - table.lastColumnStart
        var lines: [String] = []
        var rest = Substring(value)
        repeat {
            let line = rest.prefix(room)
            // Breaks between words if possible, otherwise within a path.
            let space = line.count == rest.count ? nil : line.lastIndex(of: " ")
            let words = space.map { line[...$0] }.flatMap { $0.count * 2 > room ? $0 : nil }
            lines.append(String(words ?? line))
            rest = rest.dropFirst((words ?? line).count)
        } while !rest.isEmpty
        return lines
    }
}

extension MessagePart {
    fileprivate var fieldName: String { field?.name ?? "(unclaimed)" }
}
