extension UInt64 {
    func digits(_ count: Int, radix: Int) -> String { String(self, radix: radix).leftPadded(count, with: "0") }
    func hex(_ count: Int) -> String { digits(count, radix: 16) }
    func octal(_ count: Int) -> String { digits(count, radix: 8) }
    func decimal(_ count: Int) -> String { digits(count, radix: 10) }

    /// WinDbg's 64 bits.
    var ticked: String { hex(16).prefix(8) + "`" + hex(16).suffix(8) }
}

extension String {
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    func leftPadded(_ width: Int, with character: String = " ") -> String {
        String(repeating: character, count: max(0, width - count)) + self
    }
}

extension [UInt8] {
    /// Parts of up to `count` bytes.
    func split(every count: Int) -> [[UInt8]] {
        let count = Swift.min(count, self.count)
        return isEmpty ? [] : stride(from: 0, to: self.count, by: count).map { Array(self[$0...].prefix(count)) }
    }

    var hex: String { map { UInt64($0).hex(2) }.joined() }

    /// Two hex digits for each byte, with `middle` instead of a blank after eight of them.
    func pairs(middle: String = " ") -> String { split(every: 8).map { $0.groups(1) }.joined(separator: middle) }

    /// Groups of `size` bytes, in the order of the bytes.
    func groups(_ size: Int, _ separator: String = " ") -> String {
        split(every: size).map(\.hex).joined(separator: separator)
    }

    /// Little-endian numbers of `size` bytes in hex; the last one may have fewer bytes.
    func words(
        _ size: Int, prefix: String = "", tick: Bool = false, zeros: Bool = true, _ separator: String = " "
    ) -> String {
        split(every: size).map { word in
            let digits = zeros ? Array(word.reversed()).hex : String(word.number, radix: 16)
            return prefix + (tick ? digits.prefix(8) + "`" + digits.dropFirst(8) : digits[...])
        }.joined(separator: separator)
    }

    /// Little-endian numbers of `size` bytes with leading zeros.
    func numbers(_ size: Int, digits: Int, radix: Int, _ separator: String = " ") -> String {
        split(every: size).map { $0.number.digits(digits, radix: radix) }.joined(separator: separator)
    }

    private var number: UInt64 { reversed().reduce(0) { $0 << 8 | UInt64($1) } }

    /// A text column, with dots for what is not printable.
    var text: String { map { 0x20...0x7E ~= $0 ? String(UnicodeScalar($0)) : "." }.joined() }

    /// A text column in ISO 8859-1, with blanks for NUL and a replacement for other control characters.
    var latin1: String {
        map { $0 == 0 ? " " : 0x20...0x7E ~= $0 || $0 > 0xA0 ? String(UnicodeScalar($0)) : "\u{FFFD}" }.joined()
    }

    var base64: String {
        let alphabet = [Character]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return split(every: 3).map { part in
            let bits = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            let digits = [18, 12, 6, 0].map { String(alphabet[(bits >> $0) & 63]) }
            return (digits.prefix(part.count + 1) + ["=", "="]).prefix(4).joined()
        }.joined()
    }

    /// The bytes as Python prints them between single quotation marks.
    var pythonCharacters: String {
        map { byte in
            switch byte {
            case 9: "\\t"
            case 10: "\\n"
            case 13: "\\r"
            case 0x27: "\\'"
            case 0x5C: "\\\\"
            case 0x20...0x7E: String(UnicodeScalar(byte))
            default: "\\x" + UInt64(byte).hex(2)
            }
        }.joined()
    }
}
