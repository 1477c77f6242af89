/// Decodes `%XX`, and `+` when it stands for a space.
///
/// - Throws: `RequestViolation.badTarget` for a bad escape, `%00`, or a result that is not UTF-8: overlong forms and
///   encoded surrogates are none.
func percentDecoded(_ bytes: Span<UInt8>, plusIsSpace: Bool) throws(RequestViolation) -> String {
    var decoded: [UInt8] = []
    var index = 0
    decoded.reserveCapacity(bytes.count)
    while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "%"):
            guard index + 2 < bytes.count, let high = nibble(bytes[index + 1]), let low = nibble(bytes[index + 2])
            else {
                throw .badTarget(.badEscape)
            }
            let byte = high << 4 | low
            guard byte != 0 else { throw .badTarget(.nul) }
            decoded.append(byte)
            index += 3
        case UInt8(ascii: "+") where plusIsSpace:
            decoded.append(UInt8(ascii: " "))
            index += 1
        case let byte:
            decoded.append(byte)
            index += 1
        }
    }
    do {
        return String(copying: try UTF8Span(validating: decoded.span))
    } catch {
        throw .badTarget(.notUTF8)
    }
}

/// The text of ASCII bytes; the caller has seen that they are.
func plainText(_ bytes: Span<UInt8>) -> String {
    String(copying: UTF8Span(unchecked: bytes, isKnownASCII: true))
}

private func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
