import Bytes

/// A line of CSV (RFC 4180), with its line break.
///
/// Names in a recording may be an attacker's, and a spreadsheet computes cells that begin with certain characters: they get a
/// leading apostrophe.
struct CSVLine {
    /// Whether a file of this name is to be CSV.
    static func isName(_ path: String) -> Bool { path.lowercased().hasSuffix(".csv") }

    /// The line in UTF-8.
    let bytes: [UInt8]

    /// A line of `cells`.
    init(_ cells: [String]) {
        bytes = Array((cells.map(Self.cell).joined(separator: ",") + "\r\n").utf8)
    }

    private static let formulaStarts: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n"]

    private static func cell(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map(formulaStarts.contains) ?? false
        let safe = isFormula ? "'" + text : text
        let isQuoted = safe.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }
        return isQuoted ? "\"" + safe.replacing(scalar: "\"", with: "\"\"") + "\"" : safe
    }
}
