/// Bytes read from a dump as debuggers and hex viewers print it.
///
/// Accepts WinDbg's `db`, `dw`, `dd`, `dc`, `dq` and `dp`, with or without addresses and backticks, gdb's `x`, xxd,
/// `hexdump -C`, and plain digits with or without spaces. Skips prompts, comments and empty lines. Addresses must be
/// consecutive, so that a missing line is detected.
public struct HexDump: Hashable, Sendable {
    /// The bytes, in memory order.
    public let bytes: [UInt8]
    /// The address of the first byte, if the text has addresses.
    public let address: UInt64?

    /// The maximum number of bytes read.
    public static let maxBytes = 1 << 24

    /// Reads `text`.
    ///
    /// - Throws: a fault for the first line that is not part of a dump or does not follow the previous one, and for a text
    ///   without bytes.
    public init(_ text: String) throws(HexDumpFault) {
        var reader = HexDumpReader()
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            do throws(HexDumpFault) {
                try reader.read(Substring(line))
            } catch {
                throw HexDumpFault(line: number, detail: error.detail)
            }
        }
        (bytes, address) = try reader.finish()
    }
}

/// The reason why a text is not a hex dump.
public struct HexDumpFault: Error, Hashable, Sendable {
    /// The line, counted from 1; 0 for the text as a whole.
    public let line: Int
    /// The description: a phrase without a period.
    public let detail: String

    init(line: Int = 0, detail: String) {
        self.line = line
        self.detail = detail
    }
}
