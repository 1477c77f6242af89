/// Something that is wrong with the bytes of a message, or odd about them.
public struct MessageFault: Error, Hashable, Sendable {
    /// Where, in bytes from the start of what was read.
    public let offset: Int
    /// What, a phrase without a full stop.
    public let detail: String

    /// The fault `detail` at `offset`.
    public init(offset: Int, detail: String) {
        self.offset = offset
        self.detail = detail
    }
}

/// A piece of a message, as the layout explains it.
public struct MessagePart: Hashable, Sendable {
    /// Where it begins, in bytes from the start of what was read.
    public let offset: Int
    /// How many bytes it takes.
    public let size: Int
    /// The driver's name of the structure that it belongs to.
    public let structure: String
    /// What the layout says of it; nil for bytes that no field claims.
    public let field: LayoutField?
    /// What it holds.
    public let value: FieldValue
    /// What the driver writes there, when that is something else.
    public internal(set) var expected: [UInt8]?
}

/// Reads a message, piece by piece; never beyond its end, whatever the bytes say.
struct MessageReader {
    let bytes: [UInt8]
    /// Where the message ends: not beyond `bytes`.
    private(set) var end: Int
    /// Whether the message says that it goes on behind `bytes`: what is missing then is no fault of its own.
    private(set) var isTruncated = false
    private(set) var parts: [MessagePart] = []
    private(set) var faults: [MessageFault] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        end = bytes.count
    }

    /// Takes in how long the message says it is, in a field at `offset`; it has at least its header, which was read.
    mutating func limit(to size: Int, statedAt offset: Int, header: Int) {
        if size < header {
            fault(offset, "says 0x\(hex(size)) bytes, fewer than the header has")
        } else if size > bytes.count {
            fault(offset, "says 0x\(hex(size)) bytes, but only 0x\(hex(bytes.count)) are there")
            isTruncated = true
        } else {
            end = size
        }
    }

    mutating func fault(_ offset: Int, _ detail: String) {
        faults.append(MessageFault(offset: offset, detail: detail))
    }

    /// Notes that `size` bytes at `offset` are there for `field`.
    mutating func note(_ field: LayoutField, of structure: String, at offset: Int, size: Int, _ value: FieldValue) {
        parts.append(MessagePart(offset: offset, size: size, structure: structure, field: field, value: value))
    }

    /// Whether `size` bytes at `offset` belong to the message; it is a fault when they do not.
    mutating func has(_ size: Int, at offset: Int, for name: String) -> Bool {
        if offset <= end, size <= end - offset { return true }
        if !isTruncated { fault(min(offset, end), "the message ends at 0x\(hex(end)), within \(name)") }
        return false
    }

    /// The little-endian number of up to eight bytes at `offset`, which must be there.
    func number(at offset: Int, size: Int) -> UInt64 {
        (0..<size).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }

    /// The sixteen bytes at `offset`, which must be there.
    func oword(at offset: Int) -> OWord {
        OWord(low: number(at: offset, size: 8), high: number(at: offset + 8, size: 8))
    }

    /// The UTF-16LE text of `units` units at `offset`, which must be there; nil, and a fault, when it is not well-formed.
    mutating func text(at offset: Int, units: Int) -> String? {
        let codes = (0..<units).map { UInt16(truncatingIfNeeded: number(at: offset + 2 * $0, size: 2)) }
        if let text = String(validating: codes, as: UTF16.self) { return text }
        let lone = codes.indices.first { place in
            UTF16.isLeadSurrogate(codes[place])
                ? place + 1 == units || !UTF16.isTrailSurrogate(codes[place + 1])
                : UTF16.isTrailSurrogate(codes[place]) && (place == 0 || !UTF16.isLeadSurrogate(codes[place - 1]))
        }
        fault(offset + 2 * (lone ?? 0), "a lone surrogate, which is no text")
        return nil
    }

    /// The first NUL of two bytes at `offset` or behind, `limit` at most; nil without one.
    func terminator(from offset: Int, to limit: Int) -> Int? {
        stride(from: offset, to: limit - 1, by: 2).first { bytes[$0] == 0 && bytes[$0 + 1] == 0 }
    }
}

/// A number as hex digits without prefix, at least `digits` of them.
func hex(_ number: some BinaryInteger, digits: Int = 1) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
