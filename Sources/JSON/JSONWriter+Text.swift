extension JSONWriter {
    /// Appends `text` as it is.
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
        var start = 0
        for (place, byte) in text.enumerated() where byte.needsEscape {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<place]))
            escape(byte)
            start = place + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\r"): append("\\r")
        case UInt8(ascii: "\t"): append("\\t")
        default:
            append("\\u00")
            bytes.append((byte >> 4).hexDigit)
            bytes.append(byte.hexDigit)
        }
    }
}

extension JSONWriter {
    /// Writes `bytes` as a string in base64.
    public mutating func value(base64 bytes: some Collection<UInt8>) { value(Base64.encode(bytes)) }
}

extension UInt8 {
    /// Whether RFC 8259 wants the byte escaped in a string; those of other scalars than ASCII never are.
    fileprivate var needsEscape: Bool { self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }

    /// The lower four bits as a lower-case hex digit.
    var hexDigit: UInt8 {
        let digit = self & 0xF
        return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
