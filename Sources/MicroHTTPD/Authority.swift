import Bytes

/// A host and a port, as the `Host` header, an origin and a URL write them (RFC 3986, section 3.2), without user.
///
/// Refers to the bytes it was read from by their places, and copies nothing.
public struct Authority: Equatable, Sendable {
    /// Where the host ends in those bytes; it begins at 0. An IPv6 address is in its brackets.
    public let hostEnd: Int
    /// The port, 0...65,535; nil when none is written.
    public let port: UInt16?

    /// Reads all of `text`; nil when it is not an authority: empty, a character that no host has, a port that is not one.
    ///
    /// - Complexity: O(length), without an allocation.
    public init?(_ text: Span<UInt8>) {
        guard let end = Authority.hostEnd(in: text), end > 0 else { return nil }
        hostEnd = end
        if end == text.count {
            port = nil
        } else {
            guard text[end] == UInt8(ascii: ":") else { return nil }
            let digits = text.extracting((end + 1)...)
            // `host:` is legal, and means the default port.
            if digits.isEmpty {
                port = nil
            } else {
                guard let number = digits.decimal(maxDigits: 5).flatMap({ UInt16(exactly: $0) }) else { return nil }
                port = number
            }
        }
    }

    private static func hostEnd(in text: Span<UInt8>) -> Int? {
        guard !text.isEmpty else { return nil }
        var end = 0
        if text[0] == UInt8(ascii: "[") {
            end = 1
            while end < text.count, text[end].isAddressCharacter { end += 1 }
            return end > 1 && end < text.count && text[end] == UInt8(ascii: "]") ? end + 1 : nil
        }
        while end < text.count, text[end].isNameCharacter { end += 1 }
        return end
    }
}

extension UInt8 {
    /// Whether an IPv6 address may have the character between its brackets.
    fileprivate var isAddressCharacter: Bool {
        hexValue != nil || self == UInt8(ascii: ":") || self == UInt8(ascii: ".")
    }

    /// Whether a registered name may have the character: `unreserved`, `sub-delims` and the `%` of an escape.
    fileprivate var isNameCharacter: Bool {
        // One bit a character, 0x00...0x3F and 0x40...0x7F.
        let low: UInt64 = 0x2BFF_7FF2_0000_0000
        let high: UInt64 = 0x47FF_FFFE_87FF_FFFE
        return self < 0x80 && (self < 0x40 ? low : high) >> UInt64(self & 0x3F) & 1 == 1
    }
}
