extension UInt8 {
    /// The value of a hex digit in either case, 0 to 15; nil for any other character.
    @inlinable
    public var hexValue: UInt8? {
        if isDigit { return self & 0xF }
        let place = (self | 0x20) &- 0x61
        return place < 6 ? place + 10 : nil
    }

    /// The hex digit of the lower four bits, in lower case.
    @inlinable
    public var hexDigit: UInt8 {
        let value = self & 0xF
        return value < 10 ? 0x30 + value : 0x57 + value
    }
}

extension FixedWidthInteger where Self: UnsignedInteger {
    /// The number that hex digits in either case represent, without `0x`. Nil for anything else, and for a number that
    /// does not fit.
    @inlinable
    public init?(hexDigits: some Sequence<UInt8>) {
        var number: Self = 0
        var isEmpty = true
        for byte in hexDigits {
            guard let value = byte.hexValue, number.leadingZeroBitCount >= 4 else { return nil }
            number = number << 4 | Self(value)
            isEmpty = false
        }
        if isEmpty { return nil }
        self = number
    }
}

extension BinaryInteger {
    /// `0x` and the number in hex, with leading zeros up to `digits` digits: `0x1f`, `0x0000001f`. The number must not
    /// be negative.
    public func hex(digits: Int = 1, uppercase: Bool = false) -> String {
        "0x" + hexDigits(digits, uppercase: uppercase)
    }

    /// The number in hex without `0x`, with leading zeros up to `digits` digits. The number must not be negative.
    public func hexDigits(_ digits: Int = 1, uppercase: Bool = false) -> String {
        let text = String(self, radix: 16, uppercase: uppercase)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

extension Sequence<UInt8> {
    /// Two hex digits for each byte, in lower case, with `separator` between bytes.
    public func hexPairs(separator: String = "") -> String {
        map { $0.hexDigits(2) }.joined(separator: separator)
    }
}

extension Array<UInt8> {
    /// The bytes that pairs of hex digits in either case represent; nil for an odd number of digits or any other
    /// character.
    public init?(hexPairs: some Sequence<UInt8>) {
        self = []
        var high: UInt8?
        for byte in hexPairs {
            guard let value = byte.hexValue else { return nil }
            if let first = high {
                append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        if high != nil { return nil }
    }
}
