/// Combines the lines of a dump.
struct HexDumpReader {
    private var start: UInt64?
    private var next: UInt64?
    /// The bytes of the lines, with units as written and with units reversed.
    private var asWritten: [UInt8] = []
    private var turned: [UInt8] = []
    private var isOrderKnown = true
    private var lastLine: [UInt8] = []
    /// A `*` of `hexdump -C`: lines equal to the last one were left out.
    private var isRepeating = false

    /// The first bytes of AsyncMessageData, SyncMessageData and the reply to CreateProcess. Groups of digits without an
    /// address that begin like this are bytes in order; any others are read as a debugger's numbers.
    private static let beginnings: [[UInt8]] = [
        [0x5D, 0x01, 0x02, 0x00], [0x5D, 0x00, 0x30, 0x00], [0x5D, 0x00, 0x60, 0x00],
    ]

    mutating func read(_ text: Substring) throws(HexDumpFault) {
        if text.trimmed == "*" {
            isRepeating = true
            return
        }
        guard let line = try HexDumpLine(text) else { return }
        // The last line of `hexdump -C` is only an address.
        if line.address == nil, let next, line.units.count == 1, UInt64(hexDigits: line.units[0].utf8) == next {
            return
        }
        if let address = line.address { try follow(address) }
        let straight = line.bytes(littleEndian: line.order == .littleEndian)
        if line.order == .unknown { isOrderKnown = false }
        lastLine = straight
        try append(straight, turned: line.order == .unknown ? line.bytes(littleEndian: true) : straight)
    }

    private mutating func append(_ bytes: [UInt8], turned: [UInt8]) throws(HexDumpFault) {
        guard asWritten.count + bytes.count <= HexDump.maxBytes else {
            throw HexDumpFault(detail: "more than \(HexDump.maxBytes) bytes")
        }
        asWritten += bytes
        self.turned += turned
        next = next.map { $0 &+ UInt64(bytes.count) }
    }

    private mutating func follow(_ address: UInt64) throws(HexDumpFault) {
        guard let next else {
            guard asWritten.isEmpty else { throw HexDumpFault(detail: "has an address, but lines before it have none") }
            (start, self.next) = (address, address)
            return
        }
        if isRepeating, !lastLine.isEmpty, address > next {
            guard address - next <= UInt64(HexDump.maxBytes), (address - next).isMultiple(of: UInt64(lastLine.count))
            else {
                throw HexDumpFault(detail: "begins at \(address.hex()), which no repetition leads to")
            }
            for _ in 0..<(address - next) / UInt64(lastLine.count) { try append(lastLine, turned: lastLine) }
        }
        isRepeating = false
        guard address == self.next else {
            throw HexDumpFault(
                detail: "begins at \(address.hex()), but the line before it ends at "
                    + "\((self.next ?? 0).hex())")
        }
    }

    func finish() throws(HexDumpFault) -> (bytes: [UInt8], address: UInt64?) {
        if asWritten.isEmpty { throw HexDumpFault(detail: "has no bytes") }
        let isTurned = !isOrderKnown && !HexDumpReader.beginnings.contains { asWritten.starts(with: $0) }
        return (isTurned ? turned : asWritten, start)
    }
}
