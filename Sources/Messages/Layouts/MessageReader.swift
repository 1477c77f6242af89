import Bytes

/// A fault in the bytes of a message, or a remark about them.
public struct MessageFault: Error, Hashable, Sendable {
    /// Its position in bytes from the start of the input.
    public let offset: Int
    /// The description: a phrase without a period.
    public let detail: String

    /// The fault `detail` at `offset`.
    public init(offset: Int, detail: String) {
        self.offset = offset
        self.detail = detail
    }
}

/// A piece of a message, as described by the layout.
public struct MessagePart: Hashable, Sendable {
    /// Its position in bytes from the start of the input.
    public let offset: Int
    /// Its size in bytes.
    public let size: Int
    /// The driver's name of the structure that it belongs to.
    public let structure: String
    /// Its line in the layout; nil for bytes that no field claims.
    public let field: LayoutField?
    /// Its value.
    public let value: FieldValue
    /// The bytes that the driver writes there, if they differ.
    public internal(set) var expected: [UInt8]?
}

/// Reads a message piece by piece, never beyond its end, whatever the bytes say.
struct MessageReader {
    let bytes: [UInt8]
    /// The end of the message, at most that of `bytes`.
    private(set) var end: Int
    /// The first sign that the message extends beyond `bytes`. The missing bytes are then not faults.
    private(set) var truncation: MessageFault?
    /// Whether the message states its size, and the field was not read yet: it has at least its header.
    private var isSizeAhead = false
    private(set) var parts: [MessagePart] = []
    private(set) var faults: [MessageFault] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        end = bytes.count
    }

    /// The maximum size of a message in bytes. The driver's messages are far smaller: a larger size is damaged.
    static let maxSize = 1 << 24

    /// Whether the message extends beyond `bytes`.
    var isTruncated: Bool { truncation != nil }

    /// Announces a header that states the size of the whole: if its fields are missing, the message is truncated.
    mutating func expectSize() { isSizeAhead = true }

    /// Applies the message size that is stated in a field at `offset`. The message has at least its header, which was
    /// read.
    mutating func limit(to size: Int, statedAt offset: Int, header: Int) {
        isSizeAhead = false
        if size < header {
            fault(offset, "says \(size.hexBytes), fewer than the header has")
        } else if size > MessageReader.maxSize {
            fault(offset, "says \(size.hexBytes), more than any message has")
        } else if size > bytes.count {
            truncation = MessageFault(
                offset: offset, detail: "says \(size.hexBytes), but only \(bytes.count.hex()) are there")
        } else {
            end = size
        }
    }

    mutating func fault(_ offset: Int, _ detail: String) {
        faults.append(MessageFault(offset: offset, detail: detail))
    }

    /// Records that `size` bytes at `offset` are present for `field`.
    mutating func note(_ field: LayoutField, of structure: String, at offset: Int, size: Int, _ value: FieldValue) {
        parts.append(MessagePart(offset: offset, size: size, structure: structure, field: field, value: value))
    }

    /// Whether `size` bytes at `offset` belong to the message. If they do not, it is truncated or faulty.
    mutating func has(_ size: Int, at offset: Int, for name: String) -> Bool {
        if offset <= end, size <= end - offset { return true }
        if isTruncated { return false }
        let end = MessageFault(
            offset: min(offset, end), detail: "the message ends at \(end.hex()), within \(name)")
        if isSizeAhead { truncation = end } else { faults.append(end) }
        return false
    }

    /// The little-endian number of up to eight bytes at `offset`, which must be present.
    func number(at offset: Int, size: Int) -> UInt64 {
        (0..<size).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }

    /// The sixteen bytes at `offset`, which must be present.
    func oword(at offset: Int) -> OWord {
        OWord(low: number(at: offset, size: 8), high: number(at: offset + 8, size: 8))
    }

    /// The UTF-16LE text of `units` units at `offset`, which must be present.
    func text(at offset: Int, units: Int) -> UnicodeString {
        UnicodeString(units: (0..<units).map { UInt16(truncatingIfNeeded: number(at: offset + 2 * $0, size: 2)) })
    }

    /// The number of UTF-16 units from `offset` on, without half a character at the `end` of a truncated text.
    func units(at offset: Int, before end: Int) -> Int {
        let units = (end - offset) / 2
        guard units > 0, UTF16.isLeadSurrogate(UInt16(number(at: offset + 2 * (units - 1), size: 2))) else {
            return units
        }
        return units - 1
    }

    /// The position of the first two-byte NUL at or after `offset` and before `limit`; nil if there is none.
    func terminator(from offset: Int, to limit: Int) -> Int? {
        stride(from: offset, to: limit - 1, by: 2).first { bytes[$0] == 0 && bytes[$0 + 1] == 0 }
    }
}

extension Int {
    /// The number of bytes in hex, `0x1 byte` or `0x30 bytes`.
    var hexBytes: String { "\(hex()) \(self == 1 ? "byte" : "bytes")" }
}
