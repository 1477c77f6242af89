/// Formats the rows of a table for a terminal: columns two spaces apart, with widths in characters.
public struct TextTable: Sendable {
    /// One column.
    public struct Column: Sendable {
        fileprivate var width: Int
        fileprivate let isRight: Bool

        /// Cells begin at the left edge; the column has `width` characters or more.
        public static func left(_ width: Int = 0) -> Column { Column(width: width, isRight: false) }

        /// Cells end at the right edge; the column has `width` characters or more.
        public static func right(_ width: Int = 0) -> Column { Column(width: width, isRight: true) }
    }

    private static let gap = 2

    private let columns: [Column]

    /// A table with `columns`, each as wide as its widest cell in `rows`. Rows have one cell per column.
    public init(_ columns: [Column], fitting rows: [[String]] = []) {
        self.columns = columns.enumerated().map { place, column in
            var column = column
            column.width = rows.reduce(column.width) { max($0, $1[place].count) }
            return column
        }
    }

    /// The number of characters before the last column.
    public var lastColumnStart: Int { columns.dropLast().reduce(0) { $0 + $1.width + TextTable.gap } }

    /// The line of one row, without spaces at its end.
    ///
    /// - Parameter emphasize: Returns the cell to print for a column and its text. What it adds must have no width.
    public func line(_ cells: [String], emphasize: (_ column: Int, _ cell: String) -> String = { $1 }) -> String {
        var line = ""
        for (place, (cell, column)) in zip(cells, columns).enumerated() {
            if place > 0 { line += String(repeating: " ", count: TextTable.gap) }
            let padding = String(repeating: " ", count: max(0, column.width - cell.count))
            let shown = emphasize(place, cell)
            line += column.isRight ? padding + shown : shown + padding
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
