import Bytes
public import HTML
import Replay

/// A cell of a table.
public enum ReportCell {
    /// A text of any length, which is cut.
    case text(String)
    /// A number.
    case number(Int)
    /// A number of lost messages, which stands out unless it is 0.
    case losses(Int)
    /// A delay in microseconds; nil if it is unknown.
    case delay(UInt64?)
    /// A text that is sorted by a number.
    case value(String, sortedBy: Int)
    /// A time, and what happened then.
    case moment(String, String?)
    /// A name of the driver, or a path.
    case code(String)
    /// A result: whether it is good, in words.
    case result(Bool, String)
}

/// A table of a report: its rows can be filtered and sorted, and there are not too many of them (REP-4).
public struct ReportTable {
    /// A column.
    public struct Column {
        let title: String
        let isNumber: Bool

        /// A column of texts.
        public static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }

        /// A column of numbers.
        public static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
    }

    /// What the table shows.
    let caption: String
    let columns: [Column]
    /// The largest number of rows.
    var mostRows = 1000
    /// The largest number of bytes.
    var mostBytes = 256 << 10

    /// A table with a caption and columns.
    public init(_ caption: String, _ columns: [Column], mostRows: Int = 1000, mostBytes: Int = 256 << 10) {
        (self.caption, self.columns, self.mostRows, self.mostBytes) = (caption, columns, mostRows, mostBytes)
    }

    /// The smallest numbers of rows that are worth a filter, and sorting.
    private static let (rowsForFilter, rowsForSorting) = (8, 5)

    /// Writes the table with a row of cells for each of `values`, and how many do not fit. `unlisted` is the number of values that
    /// are not among them, and `whereToFind` says where all are.
    public func write<Values: Collection>(
        _ values: Values, to html: inout HTMLWriter, unlisted: Int = 0, whereToFind: String? = "--json has all",
        _ cells: (Values.Element) -> [ReportCell]
    ) {
        write(values, to: &html, unlisted: unlisted, whereToFind: whereToFind, bucket: { _ in nil }, cells)
    }

    func write<Values: Collection>(
        _ values: Values, to html: inout HTMLWriter, id: StaticString? = nil, unlisted: Int = 0, whereToFind: String?,
        bucket: (Values.Element) -> Int?, _ cells: (Values.Element) -> [ReportCell]
    ) {
        var written = 0
        html.element(.div, .class("wide"), .focusable, .role("group"), .label(caption)) { html in
            let does: StaticString =
                values.count >= Self.rowsForFilter ? "filter sort" : values.count >= Self.rowsForSorting ? "sort" : ""
            func body(_ html: inout HTMLWriter) {
                html.element(.caption, text: caption)
                writeHead(to: &html)
                html.element(.tbody) { html in
                    let limit = html.bytes.count + mostBytes
                    written = html.each(values, most: mostRows, within: limit) { html, value in
                        html.newline()
                        let cells = cells(value)
                        if let bucket = bucket(value) {
                            html.element(.tr, .bucket(bucket)) { write(cells, to: &$0) }
                        } else {
                            html.element(.tr) { write(cells, to: &$0) }
                        }
                    }
                }
            }
            if let id {
                html.element(.table, .id(id), .does(does), body: body)
            } else {
                html.element(.table, .does(does), body: body)
            }
        }
        html.more(values.count - written + unlisted, whereToFind: whereToFind)
        html.newline()
    }

    private func writeHead(to html: inout HTMLWriter) {
        html.element(.thead) { html in
            html.element(.tr) { html in
                for column in columns {
                    html.element(.th, .scope("col"), .class(column.isNumber ? "n" : ""), text: column.title)
                }
            }
        }
    }

    private func write(_ cells: [ReportCell], to html: inout HTMLWriter) {
        for cell in cells { write(cell, to: &html) }
    }

    private func write(_ cell: ReportCell, to html: inout HTMLWriter) {
        switch cell {
        case .text(let text): html.element(.td, text: text.cut)
        case .number(let number): html.element(.td, .class("n"), .sorted(by: number), text: number.grouped)
        case .losses(let number):
            html.element(.td, .class(number > 0 ? "n loss" : "n"), .sorted(by: number), text: number.grouped)
        case .delay(let delay):
            html.element(.td, .class("n"), .sorted(by: delay ?? 0), text: delay.map(DelayText.of) ?? "")
        case .value(let text, let number): html.element(.td, .class("n"), .sorted(by: number), text: text)
        case .moment(let time, let what):
            html.element(.td) { html in
                html.element(.span, .class("t"), text: time)
                if let what {
                    html.text(" ")
                    html.element(.code) { $0.path(what.cut) }
                }
            }
        case .code(let text):
            html.element(.td) { html in html.element(.code) { $0.path(text.cut) } }
        case .result(let isGood, let text): html.element(.td, .class(isGood ? "fine" : "loss"), text: text)
        }
    }
}

extension String {
    /// The largest number of characters of a cell.
    private static let mostInCell = 160

    /// The beginning of the text, and how much is missing.
    var cut: String {
        let scalars = unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: Self.mostInCell, limitedBy: scalars.endIndex),
            end != scalars.endIndex
        else { return self }
        let missing = scalars.distance(from: end, to: scalars.endIndex)
        return String(scalars[..<end]) + "… (\(missing.grouped) more characters)"
    }
}
