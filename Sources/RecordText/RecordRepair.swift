import Bytes

/// Repairs a record that is not valid because of characters that cannot stand in its texts: it costs the characters, not the
/// record.
///
/// Only used for records that their parsers reject; everything else that is wrong with one stays. UTF-16 units that cannot stand
/// in a text are escaped (`UnitEscape`), and so is U+FDD0, which begins an escape, unless the text `hasEscapes` already, because
/// it comes from a record that was repaired.
public enum RecordRepair {
    /// The text of an object, with the content of its strings made valid: control characters are escaped, bytes that are not UTF-8
    /// become U+FFFD, half a surrogate pair is escaped, and a backslash that escapes nothing stands for itself.
    public static func json(_ text: UnsafeRawBufferPointer, hasEscapes: Bool = false) -> [UInt8] {
        var repaired: [UInt8] = []
        repaired.reserveCapacity(text.count + 64)
        var (index, isInString) = (0, false)
        while index < text.count {
            let byte = text[index]
            switch byte {
            case .quote: isInString.toggle()
            case .backslash where isInString:
                index += repaired.append(escape: text[index...])
                continue
            case 0..<0x20 where isInString:
                repaired.append(unicodeEscape: byte)
                index += 1
                continue
            case 0x80... where isInString:
                if text[index...].starts(with: RecordFramer.newlineInText) {
                    repaired += [.backslash, UInt8(ascii: "n")]
                    index += RecordFramer.newlineInText.count
                } else {
                    index += repaired.append(scalar: text[index...], hasEscapes: hasEscapes)
                }
                continue
            default: break
            }
            repaired.append(byte)
            index += 1
        }
        return repaired
    }

    /// The text of an element, with its characters made valid. A character that XML forbids becomes U+FFFD, and so does a reference
    /// to one. Half a surrogate pair is escaped. An ampersand that does not begin a reference stands for itself.
    public static func xml(_ text: UnsafeRawBufferPointer, hasEscapes: Bool = false) -> [UInt8] {
        var repaired: [UInt8] = []
        repaired.reserveCapacity(text.count + 64)
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "&"): index += repaired.append(reference: text[index...])
            case 0x09, 0x0A, 0x0D, 0x20..<0x80:
                repaired.append(text[index])
                index += 1
            case 0..<0x20:
                repaired += UInt8.replacement
                index += 1
            default: index += repaired.append(scalar: text[index...], hasEscapes: hasEscapes)
            }
        }
        return repaired
    }
}

extension UInt8 {
    /// U+FFFD.
    static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
}

extension [UInt8] {
    /// Appends the escape at the start of `text`; returns its length.
    fileprivate mutating func append(escape text: Slice<UnsafeRawBufferPointer>) -> Int {
        guard let kind = text.dropFirst().first else {
            self += [.backslash, .backslash]
            return 1
        }
        if kind == UInt8(ascii: "u") {
            guard let unit = text.dropFirst(2).hexUnit else {
                self += [.backslash, .backslash]
                return 1
            }
            return append(unit, escapedAtStartOf: text)
        }
        if kind == .backslash || #""/bfnrt"#.utf8.contains(kind) {
            self += [.backslash, kind]
            return 2
        }
        self += [.backslash, .backslash]
        return 1
    }

    /// Appends the escape of `unit` at the start of `text`; returns its length.
    private mutating func append(_ unit: UInt16, escapedAtStartOf text: Slice<UnsafeRawBufferPointer>) -> Int {
        let length = 6
        let rest = text.dropFirst(length)
        if UTF16.isLeadSurrogate(unit), rest.starts(with: #"\u"#.utf8), let trail = rest.dropFirst(2).hexUnit,
            UTF16.isTrailSurrogate(trail)
        {
            append(contentsOf: text.prefix(2 * length))
            return 2 * length
        }
        if UTF16.isSurrogate(unit) || unit == UnitEscape.lead {
            self += UnitEscape.escape(of: unit).utf8
        } else {
            append(contentsOf: text.prefix(length))
        }
        return length
    }

    fileprivate mutating func append(unicodeEscape byte: UInt8) {
        self += Array(#"\u00"#.utf8) + Array([byte].hexPairs().utf8)
    }

    /// Appends the scalar at the start of `text`, which begins with a byte beyond ASCII. Bytes that are not UTF-8, and scalars that
    /// XML forbids, become U+FFFD. Returns the number of bytes read.
    fileprivate mutating func append(scalar text: Slice<UnsafeRawBufferPointer>, hasEscapes: Bool) -> Int {
        var decoder = UTF8.ForwardParser()
        var bytes = text.prefix(4).makeIterator()
        switch decoder.parseScalar(from: &bytes) {
        case .valid(let encoded):
            let scalar = UTF8.decode(encoded)
            switch scalar.value {
            case 0xFFFE, 0xFFFF: self += UInt8.replacement
            case UInt32(UnitEscape.lead) where !hasEscapes: self += UnitEscape.escape(of: UInt16(scalar.value)).utf8
            default: append(contentsOf: encoded)
            }
            return encoded.count
        case .error(let length):
            self += UInt8.replacement
            return length
        case .emptyInput: return 1
        }
    }

    /// Appends the reference at the start of `text`; returns its length.
    fileprivate mutating func append(reference text: Slice<UnsafeRawBufferPointer>) -> Int {
        let body = text.dropFirst().prefix(12)
        guard let end = body.firstIndex(of: UInt8(ascii: ";")) else {
            self += "&amp;".utf8
            return 1
        }
        let name = body[..<end]
        let length = end + 1 - text.startIndex
        if name.first != UInt8(ascii: "#") {
            guard ["lt", "gt", "amp", "quot", "apos"].contains(where: { $0.utf8.elementsEqual(name) }) else {
                self += "&amp;".utf8
                return 1
            }
            append(contentsOf: text.prefix(length))
            return length
        }
        guard let code = name.dropFirst().characterCode else {
            self += "&amp;".utf8
            return 1
        }
        switch code {
        case 0xD800...0xDFFF, UInt32(UnitEscape.lead): self += UnitEscape.escape(of: UInt16(code)).utf8
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF:
            append(contentsOf: text.prefix(length))
        default: self += UInt8.replacement
        }
        return length
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// The value of the four hex digits at the start.
    fileprivate var hexUnit: UInt16? {
        guard count >= 4 else { return nil }
        var unit: UInt16 = 0
        for byte in prefix(4) {
            guard let digit = byte.hexValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// The number of a character reference behind its `#`: decimal, or `x` and hex digits.
    fileprivate var characterCode: UInt32? {
        let isHex = first == UInt8(ascii: "x")
        return UInt32(String(decoding: isHex ? dropFirst() : self, as: UTF8.self), radix: isHex ? 16 : 10)
    }
}
