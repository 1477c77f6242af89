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

    /// Room for most texts. With the header of an array it is a block that malloc keeps for the thread, which one of more than
    /// 1,032 bytes is not.
    public static let usualBytes = 960

    /// An empty text with room for `capacity` bytes.
    public init(reserving capacity: Int = usualBytes) {
        bytes.reserveCapacity(capacity)
    }

    /// Writes an object whose members `body` writes.
    @inlinable
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    /// Writes an array whose elements `body` writes.
    @inlinable
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        body(&self)
        close(UInt8(ascii: "]"))
    }

    /// Ends a line; a separate text follows (NDJSON).
    public mutating func newline() { separate(by: "\n") }

    /// Writes `bytes` as they are, between two texts or around one.
    public mutating func separate(by bytes: StaticString) {
        self.bytes.append(contentsOf: bytes.bytes)
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

    /// Writes `text` as a string.
    public mutating func value(_ text: String) {
        text.utf8.span.withUnsafeBufferPointer { value($0) }
    }

    /// Writes `text` as a string.
    public mutating func value(_ text: Substring) {
        var text = text
        text.withUTF8 { value($0) }
    }

    /// Writes `text` as a string.
    public mutating func value(_ text: StaticString) { value(text.bytes) }

    /// Writes `true` or `false`.
    public mutating func value(_ flag: Bool) { word(flag ? "true" : "false") }

    /// Writes `null`.
    public mutating func null() { word("null") }

    /// Writes an integer of up to 64 bits.
    @inlinable
    public mutating func value<Integer: FixedWidthInteger>(_ integer: Integer) {
        precondition(Integer.bitWidth <= 64, "an integer of more than 64 bits")
        value(magnitude: UInt64(integer.magnitude), isNegative: integer < 0)
    }

    @usableFromInline
    mutating func value(magnitude: UInt64, isNegative: Bool) {
        beginValue(ofAtMost: 21) { room in
            room[0] = UInt8(ascii: "-")
            let sign = isNegative ? 1 : 0
            return sign + magnitude.writeDecimal(to: UnsafeMutableBufferPointer(start: room + sign, count: 20))
        }
    }

    /// Writes `"0x..."`: lower case, padded with zeros to `digits`, at most 16.
    public mutating func hex(_ number: UInt64, digits: Int = 1) {
        let count = max((64 - number.leadingZeroBitCount + 3) / 4, min(digits, 16), 1)
        beginValue(ofAtMost: count + 4) { room in
            room[0] = UInt8(ascii: "\"")
            room[1] = UInt8(ascii: "0")
            room[2] = UInt8(ascii: "x")
            for place in 0..<count {
                room[2 + count - place] = UInt8(truncatingIfNeeded: number >> UInt64(place * 4)).hexDigit
            }
            room[3 + count] = UInt8(ascii: "\"")
            return count + 4
        }
    }

    @usableFromInline
    mutating func open(_ bracket: UInt8) {
        beginValue(ofAtMost: 1) { room in
            room[0] = bracket
            return 1
        }
        needsComma = false
    }

    @usableFromInline
    mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func word(_ word: StaticString) {
        beginValue(ofAtMost: 5) { room in
            room.update(from: word.utf8Start, count: word.utf8CodeUnitCount)
            return word.utf8CodeUnitCount
        }
    }
}

extension JSONWriter {
    /// Writes a comma if one is needed.
    mutating func begin() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// Writes a comma if one is needed, and then the bytes that `write` stores, at most `count`; `write` returns their number.
    @inline(__always)
    mutating func beginValue(ofAtMost count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
        let comma = needsComma ? 1 : 0
        needsComma = true
        bytes.append(addingCapacity: count + 1) { output in
            output.withUnsafeMutableBufferPointer { room, end in
                guard let start = room.baseAddress else { return }
                start[0] = UInt8(ascii: ",")
                end = comma + write(start + comma)
            }
        }
    }
}
