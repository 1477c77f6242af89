import Bytes

/// Writes JSON to the end of a byte array.
///
/// Commas are written automatically. Otherwise the caller must follow the grammar: members in objects, values in
/// arrays.
public struct JSONWriter {
    /// The text written so far.
    public internal(set) var bytes: [UInt8] = []
    /// Whether a value precedes this position in the same container.
    var needsComma = false

    /// An empty text with room for `capacity` bytes.
    public init(reserving capacity: Int = 512) {
        bytes.reserveCapacity(capacity)
    }

    /// Writes an object whose members `body` writes.
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        container(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    /// Writes an array whose elements `body` writes.
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        container(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    /// Ends a line; a separate text follows (NDJSON).
    public mutating func newline() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Removes the text but keeps the capacity.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// Writes a value that is already JSON, such as the output of another writer.
    public mutating func value(json: [UInt8]) {
        begin()
        bytes.append(contentsOf: json)
    }

    /// Writes members that are already JSON: those of an object, without its braces.
    public mutating func members(json: [UInt8]) { value(json: json) }

    /// Writes `text` as a string.
    public mutating func value(_ text: String) {
        begin()
        quote(text)
    }

    /// Writes `text` as a string.
    public mutating func value(_ text: Substring) {
        begin()
        quote(text)
    }

    /// Writes `text` as a string.
    public mutating func value(_ text: StaticString) {
        begin()
        quote(text)
    }

    /// Writes `true` or `false`.
    public mutating func value(_ flag: Bool) {
        begin()
        append(flag ? "true" : "false")
    }

    /// Writes an integer of up to 64 bits.
    @inlinable
    public mutating func value<Integer: FixedWidthInteger>(_ integer: Integer) {
        precondition(Integer.bitWidth <= 64, "an integer of more than 64 bits")
        value(magnitude: UInt64(integer.magnitude), isNegative: integer < 0)
    }

    @usableFromInline
    mutating func value(magnitude: UInt64, isNegative: Bool) {
        begin()
        if isNegative { bytes.append(UInt8(ascii: "-")) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
            var start = 20
            var rest = magnitude
            repeat {
                start -= 1
                buffer[start] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest != 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start...]))
        }
    }

    /// Writes `null`.
    public mutating func null() {
        begin()
        append("null")
    }

    /// Writes `"0x..."`: lower case, padded with zeros to `digits`.
    public mutating func hex(_ number: UInt64, digits: Int = 1) {
        begin()
        append("\"0x")
        let significant = (64 - number.leadingZeroBitCount + 3) / 4
        for place in stride(from: max(significant, digits, 1) - 1, through: 0, by: -1) {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(place * 4)).hexDigit)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes the name of a member, then its value with `body`; `null` if `body` writes none.
    mutating func member(_ writeName: (inout JSONWriter) -> Void, _ body: (inout JSONWriter) -> Void) {
        begin()
        writeName(&self)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        let start = bytes.count
        body(&self)
        if bytes.count == start { append("null") }
        needsComma = true
    }

    private mutating func container(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        begin()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func begin() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
