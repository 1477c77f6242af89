import Bytes

extension JSONWriter {
    /// Writes `text` as a string.
    mutating func value(_ text: UnsafeBufferPointer<UInt8>) { quote(text, then: nil) }

    /// Writes the name of a member, and its colon.
    mutating func name(_ text: UnsafeBufferPointer<UInt8>) {
        quote(text, then: UInt8(ascii: ":"))
        needsComma = false
    }

    /// The same for a name that needs no escapes.
    mutating func name(plain text: UnsafeBufferPointer<UInt8>) {
        assert(!text.needsEscape, "the name of a member needs escapes")
        guard let start = text.baseAddress else { return }
        beginValue(ofAtMost: text.count + 3) { room in
            room[0] = UInt8(ascii: "\"")
            (room + 1).update(from: start, count: text.count)
            room[text.count + 1] = UInt8(ascii: "\"")
            room[text.count + 2] = UInt8(ascii: ":")
            return text.count + 3
        }
        needsComma = false
    }

    /// Writes a string of at most `count` bytes, none of which needs to be escaped. `write` stores them, and returns their
    /// number.
    public mutating func value(plainTextOfAtMost count: Int, _ write: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
        beginValue(ofAtMost: count + 2) { room in
            room[0] = UInt8(ascii: "\"")
            let count = write(UnsafeMutableBufferPointer(start: room + 1, count: count))
            room[count + 1] = UInt8(ascii: "\"")
            return count + 2
        }
    }

    /// Writes `bytes` as a string in base64.
    public mutating func value(base64 bytes: some Collection<UInt8>) { value(Base64.encode(bytes)) }

    /// Writes `text` in quotes, escaped, and then `mark`.
    private mutating func quote(_ text: UnsafeBufferPointer<UInt8>, then mark: UInt8?) {
        guard let start = text.baseAddress, !text.needsEscape else { return quoteEscaped(text, then: mark) }
        beginValue(ofAtMost: text.count + 3) { room in
            room[0] = UInt8(ascii: "\"")
            (room + 1).update(from: start, count: text.count)
            room[text.count + 1] = UInt8(ascii: "\"")
            guard let mark else { return text.count + 2 }
            room[text.count + 2] = mark
            return text.count + 3
        }
    }

    /// The same for a text that may need escapes, in stretches: one append per byte takes twenty times as long if all bytes
    /// are escaped.
    private mutating func quoteEscaped(_ text: UnsafeBufferPointer<UInt8>, then mark: UInt8?) {
        begin()
        bytes.append(UInt8(ascii: "\""))
        // A byte becomes at most six.
        let stretch = 170
        var rest = text[...]
        while !rest.isEmpty {
            bytes.append(addingCapacity: 6 * stretch) { output in
                output.withUnsafeMutableBufferPointer { room, end in
                    for byte in rest.prefix(stretch) { end = byte.escape(into: room, at: end) }
                }
            }
            rest = rest.dropFirst(stretch)
        }
        bytes.append(UInt8(ascii: "\""))
        if let mark { bytes.append(mark) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether a byte must be escaped in a string.
    fileprivate var needsEscape: Bool {
        hasEightBytes(fillingWith: UInt8(ascii: " ")) { bytes in
            bytes.below(0x20) | bytes.equal(to: UInt8(ascii: "\"")) | bytes.equal(to: UInt8(ascii: "\\"))
        }
    }
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
