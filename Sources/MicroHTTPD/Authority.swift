import Bytes

/// A host and a port as in a `Host` header, an origin or a URL (RFC 3986, section 3.2), without user information.
///
/// Stores offsets into the bytes that it was parsed from; nothing is copied.
public struct Authority: Equatable, Sendable {
    /// End offset of the host, which starts at 0. Includes the brackets of an IPv6 address.
    public let hostEnd: Int
    /// The port, 0...65,535; nil if there is none.
    public let port: UInt16?

    /// Parses all of `text`; nil if it is empty or has an invalid character or port.
    ///
    /// - Complexity: O(length), without allocation.
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
    /// Whether the character is valid between the brackets of an IPv6 address.
    fileprivate var isAddressCharacter: Bool {
        hexValue != nil || self == UInt8(ascii: ":") || self == UInt8(ascii: ".")
    }

    /// Whether the character is valid in a registered name: `unreserved`, `sub-delims` and the `%` of an escape.
    fileprivate var isNameCharacter: Bool {
        // One bit per character, 0x00...0x3F and 0x40...0x7F.
        let low: UInt64 = 0x2BFF_7FF2_0000_0000
        let high: UInt64 = 0x47FF_FFFE_87FF_FFFE
        return self < 0x80 && (self < 0x40 ? low : high) >> UInt64(self & 0x3F) & 1 == 1
    }
}
