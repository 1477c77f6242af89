/// Bytes out of a text as debuggers and hex viewers print it.
///
/// Understood are WinDbg's `db`, `dw`, `dd`, `dc`, `dq` and `dp`, with or without addresses and back-ticks, gdb's `x`, xxd,
/// `hexdump -C`, and plain digits with or without spaces. Prompts, comments and empty lines are passed over; addresses must
/// follow one another, so that a line that was lost is noticed.
public struct HexDump: Hashable, Sendable {
    /// The bytes, in the order in which they lie in memory.
    public let bytes: [UInt8]
    /// The address of the first one, where the text has addresses.
    public let address: UInt64?

    /// Most bytes that are read.
    public static let maxBytes = 1 << 24

    /// Reads `text`.
    ///
    /// - Throws: the first line that is none of a dump, or does not follow the one before it; a text without bytes.
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

/// Why a text is no hex dump.
public struct HexDumpFault: Error, Hashable, Sendable {
    /// The line, counted from 1; 0 where it is the text as a whole.
    public let line: Int
    /// What is wrong, a phrase without a full stop.
    public let detail: String

    init(line: Int = 0, detail: String) {
        self.line = line
        self.detail = detail
    }
}
