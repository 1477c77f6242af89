import Glibc

// ASCII characters and texts of protocols: numbers, headers, media types, URLs. Paths and file names follow the
// driver's own case rule, `Upcasing`.

extension UInt8 {
    /// LF, which ends a line.
    @inlinable
    public static var newline: UInt8 { 0x0A }

    /// CR, which ends a line together with LF.
    @inlinable
    public static var carriageReturn: UInt8 { 0x0D }

    /// A space.
    @inlinable
    public static var space: UInt8 { 0x20 }

    /// Whether this is one of `0` to `9`.
    @inlinable
    public var isDigit: Bool { self &- 0x30 < 10 }

    /// Whether this is one of `A` to `Z` and `a` to `z`.
    @inlinable
    public var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }

    /// Whether this is a letter or a digit.
    @inlinable
    public var isLetterOrDigit: Bool { isLetter || isDigit }

    /// Whether names of hosts and instances may contain this: `a` to `z`, `0` to `9`, `-`.
    @inlinable
    public var isNameCharacter: Bool { self &- 0x61 < 26 || isDigit || self == 0x2D }

    /// The lowercase letter for an uppercase one; any other byte unchanged.
    @inlinable
    public var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// Whether an HTTP token may contain this character (RFC 9110, section 5.6.2): names of headers, methods.
    @inlinable
    public var isTokenCharacter: Bool {
        // One bit per character, 0x00...0x3F and 0x40...0x7F.
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
        return self < 0x80 && (self < 0x40 ? low : high) >> UInt64(self & 0x3F) & 1 == 1
    }

    /// Whether this is a space or a tab, the optional white space of HTTP.
    @inlinable
    public var isSpaceOrTab: Bool { self == 0x20 || self == 0x09 }
}

extension Collection<UInt8> {
    /// Whether these are decimal digits, one or more.
    @inlinable
    public var isDecimal: Bool { !isEmpty && allSatisfy(\.isDigit) }
}

extension UnsafeRawBufferPointer {
    /// The offset of the first `byte` from `start` on.
    public func offset(of byte: UInt8, from start: Int = 0) -> Int? {
        guard let base = baseAddress, start < count, let found = memchr(base + start, Int32(byte), count - start)
        else { return nil }
        return base.distance(to: found)
    }
}

extension Span where Element == UInt8 {
    /// Whether both texts are equal except for the case of ASCII letters.
    public func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        other.withUnsafeBufferPointer { equalsIgnoringCase($0) }
    }

    /// Whether both texts are equal except for the case of ASCII letters.
    public func equalsIgnoringCase(_ other: StaticString) -> Bool {
        equalsIgnoringCase(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    private func equalsIgnoringCase(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        if isEqual(to: other) { return true }
        guard count == other.count else { return false }
        return withUnsafeBufferPointer { bytes in
            for index in bytes.indices where bytes[index].asciiLowercased != other[index].asciiLowercased {
                return false
            }
            return true
        }
    }

    /// Whether both texts are equal.
    public func isEqual(to other: Span<UInt8>) -> Bool {
        other.withUnsafeBufferPointer { isEqual(to: $0) }
    }

    /// Whether both texts are equal.
    public func isEqual(to other: StaticString) -> Bool {
        isEqual(to: UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    private func isEqual(to other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        return withUnsafeBufferPointer { bytes in
            guard let own = bytes.baseAddress, let others = other.baseAddress else { return true }
            return memcmp(own, others, count) == 0
        }
    }

    /// Whether this is a token of RFC 9110: one or more characters that need no quoting.
    public var isToken: Bool {
        withUnsafeBufferPointer { bytes in
            for byte in bytes where !byte.isTokenCharacter { return false }
            return !bytes.isEmpty
        }
    }

    /// The position of the first `byte`.
    public func firstIndex(of byte: UInt8) -> Int? {
        withUnsafeBytes { $0.offset(of: byte) }
    }

    /// The positions in `range` without spaces and tabs at both ends.
    public func trim(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isSpaceOrTab { start += 1 }
        while start < end, self[end - 1].isSpaceOrTab { end -= 1 }
        return start..<end
    }

    /// The number that one to `maxDigits` decimal digits represent; nil for anything else. `maxDigits` is at most 19.
    @inlinable
    public func decimal(maxDigits: Int) -> UInt64? {
        guard 1...maxDigits ~= count else { return nil }
        var number: UInt64 = 0
        for index in indices {
            guard self[index].isDigit else { return nil }
            number = number * 10 + UInt64(self[index] & 0xF)
        }
        return number
    }
}

extension StringProtocol {
    /// The text with its uppercase ASCII letters in lower case.
    public var asciiLowercased: String {
        let bytes = utf8
        return String(unsafeUninitializedCapacity: bytes.count) { text in
            var end = 0
            for byte in bytes {
                text[end] = byte.asciiLowercased
                end += 1
            }
            return end
        }
    }
}
