/// A way in which a program prints bytes, written without any code of the reader.
public struct DumpForm: Sendable, CustomStringConvertible {
    /// The program, and its command or option.
    public let description: String
    /// Number of bytes of a word. Bytes that do not fill the last word are completed with zeros.
    public let wordSize: Int
    /// Whether only the beginning of a message says which byte order the words have, or that this is a dump.
    public let needsHeader: Bool
    /// The lines before and after those with bytes.
    public let headings, footers: [String]

    private let origin: Origin
    private let bytesPerLine: Int
    private let row: @Sendable (UInt64, [UInt8]) -> String
    /// The last line, which is the size of the file.
    private let end: (@Sendable (UInt64) -> String)?

    /// Where the addresses begin.
    enum Origin {
        /// At that of the memory, of which the program shows these bits.
        case memory(UInt64)
        /// At the beginning of a file.
        case file
        /// There are none.
        case none
    }

    init(
        _ description: String, _ origin: Origin, _ bytesPerLine: Int = 16, wordSize: Int = 1, needsHeader: Bool = false,
        headings: [String] = [], footers: [String] = [], end: (@Sendable (UInt64) -> String)? = nil,
        _ row: @escaping @Sendable (_ address: UInt64, _ bytes: [UInt8]) -> String
    ) {
        (self.description, self.wordSize, self.needsHeader) = (description, wordSize, needsHeader)
        (self.headings, self.footers) = (headings, footers)
        (self.origin, self.bytesPerLine, self.row, self.end) = (origin, bytesPerLine, row, end)
    }

    /// Whether each line has an address. Other lines may be in between.
    public var hasAddresses: Bool { if case .none = origin { false } else { true } }

    /// Whether the last line is the size of the file.
    public var hasEnd: Bool { end != nil }

    /// The bytes that a dump of `bytes` shows: with zeros that complete the last word, unless it shows the size.
    public func shown(_ bytes: [UInt8]) -> [UInt8] { hasEnd ? bytes : padded(bytes) }

    private func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (wordSize - bytes.count % wordSize) % wordSize)
    }

    /// The lines of a dump of `bytes`, which are in memory at `address`.
    public func lines(_ bytes: [UInt8], at address: UInt64) -> [String] {
        headings + rows(bytes, at: address) + footers + [end?(UInt64(bytes.count))].compactMap { $0 }
    }

    /// Those lines that show bytes.
    public func rows(_ bytes: [UInt8], at address: UInt64) -> [String] {
        let first: UInt64 = if case .memory(let bits) = origin { address & bits } else { 0 }
        return padded(bytes).split(every: bytesPerLine).enumerated().map { row(first + UInt64($0 * bytesPerLine), $1) }
    }
}
