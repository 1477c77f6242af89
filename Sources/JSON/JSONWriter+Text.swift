import Bytes

extension JSONWriter {
    /// Appends `text` unescaped.
    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: text.bytes)
    }

    /// Appends `text` in quotes, escaped.
    mutating func quote(_ text: StaticString) {
        quote(text.bytes)
    }

    /// Appends `text` in quotes, escaped.
    mutating func quote(_ text: String) {
        var text = text
        text.withUTF8 { quote($0) }
    }

    /// Appends `text` in quotes, escaped.
    mutating func quote(_ text: Substring) {
        var text = text
        text.withUTF8 { quote($0) }
    }

    private mutating func quote(_ text: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        if let first = text.firstIndex(where: \.needsEscape) {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[..<first]))
            escape(text[first...])
        } else {
            bytes.append(contentsOf: text)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends `text`, escaped, in stretches: one append per byte takes twenty times as long if all bytes are escaped.
    private mutating func escape(_ text: Slice<UnsafeBufferPointer<UInt8>>) {
        // A byte becomes at most six, and Swift keeps up to 1,024 bytes on the stack.
        let stretch = 170
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 6 * stretch) { room in
            var rest = text
            while !rest.isEmpty {
                var end = 0
                for byte in rest.prefix(stretch) { end = byte.escape(into: room, at: end) }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: room[..<end]))
                rest = rest.dropFirst(stretch)
            }
        }
    }
}

extension JSONWriter {
    /// Writes `bytes` as a string in base64.
    public mutating func value(base64 bytes: some Collection<UInt8>) { value(Base64.encode(bytes)) }
}

extension UInt8 {
    /// Whether RFC 8259 requires the byte to be escaped in a string; bytes of non-ASCII scalars never are.
    fileprivate var needsEscape: Bool { self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }

    /// Writes the byte, escaped if needed, to `room` at `start`; returns the position after it.
    @inline(__always)
    fileprivate func escape(into room: UnsafeMutableBufferPointer<UInt8>, at start: Int) -> Int {
        guard needsEscape else {
            room.initializeElement(at: start, to: self)
            return start + 1
        }
        let letter: UInt8? =
            switch self {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): self
            case UInt8(ascii: "\n"): UInt8(ascii: "n")
            case UInt8(ascii: "\r"): UInt8(ascii: "r")
            case UInt8(ascii: "\t"): UInt8(ascii: "t")
            default: nil
            }
        room.initializeElement(at: start, to: UInt8(ascii: "\\"))
        if let letter {
            room.initializeElement(at: start + 1, to: letter)
            return start + 2
        }
        room.initializeElement(at: start + 1, to: UInt8(ascii: "u"))
        room.initializeElement(at: start + 2, to: UInt8(ascii: "0"))
        room.initializeElement(at: start + 3, to: UInt8(ascii: "0"))
        room.initializeElement(at: start + 4, to: (self >> 4).hexDigit)
        room.initializeElement(at: start + 5, to: hexDigit)
        return start + 6
    }
}
