public import Bytes
public import Messages

/// Bytes that a text shows, as debuggers and hex viewers print them.
///
/// A text is searched for dumps: its other lines are skipped, and it may have several dumps (decision 44).
public struct Dump: Hashable, Sendable {
    /// The bytes, in memory order.
    public let bytes: [UInt8]
    /// The address of the first byte, if the text has addresses.
    public let address: UInt64?
    /// The number of the line where it begins, counted from 1; 0 if it is not from a text.
    public let line: Int
    /// How the text was read where it could be read in several ways: phrases without a period.
    public let remarks: [String]

    /// Bytes that are not from a text.
    public init(_ bytes: [UInt8]) {
        self.init(bytes: bytes, address: nil, line: 0, remarks: [])
    }

    init(bytes: [UInt8], address: UInt64?, line: Int, remarks: [String]) {
        (self.bytes, self.address, self.line, self.remarks) = (bytes, address, line, remarks)
    }

    /// The maximum number of bytes of all dumps in a text.
    public static let maxBytes = 1 << 24
    /// The maximum number of dumps with addresses in a text, and of those without.
    public static let maxCount = 1 << 16

    /// Finds the dumps in `text`, in order of their lines; each is the bytes, or the reason why they cannot be read.
    ///
    /// - Parameters:
    ///   - form: What the bytes are. Messages and replies that begin with a magic number are recognized by it.
    ///   - order: The byte order of words that have no mark of it; nil if the magic number decides.
    /// - Throws: a fault if there are more than `maxCount`, or if they have more than `maxBytes`.
    /// - Complexity: linear in the size of the text.
    public static func all(
        in text: DumpText, as form: Dissection.Form = .detect, order: ByteOrder? = nil
    ) throws(DumpFault) -> [Result<Dump, DumpFault>] {
        let expectation = Expectation(form: form, order: order)
        var addressed = AddressedReader(expectation)
        try text.forEachLine { line, number throws(DumpFault) in try addressed.read(line, number) }
        let runs = addressed.finish()

        var plain = PlainReader(expectation, isAlone: runs.isEmpty)
        var blocks = runs.flatMap(\.blocks)[...]
        try text.forEachLine { line, number throws(DumpFault) in
            while let block = blocks.first, block.upperBound < number { blocks.removeFirst() }
            let isTaken = blocks.first?.contains(number) == true
            if isTaken { plain.interrupt(number) } else { try plain.read(line, number) }
        }
        let all = runs.map { ($0.firstLine, $0.dump(expectation)) } + plain.finish()
        return all.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
