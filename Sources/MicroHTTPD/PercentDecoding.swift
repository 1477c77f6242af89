import Bytes

/// Decodes `%XX`, and `+` if `plusIsSpace`.
///
/// - Throws: `RequestViolation.badTarget` for an invalid escape, `%00`, or a result that is not valid UTF-8, including
///   overlong forms and encoded surrogates.
func percentDecoded(_ bytes: Span<UInt8>, plusIsSpace: Bool) throws(RequestViolation) -> String {
    var decoded: [UInt8] = []
    var index = 0
    decoded.reserveCapacity(bytes.count)
    while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "%"):
            guard index + 2 < bytes.count, let high = bytes[index + 1].hexValue, let low = bytes[index + 2].hexValue
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

/// Converts ASCII bytes to a `String`; the caller must have checked them.
func plainText(_ bytes: Span<UInt8>) -> String {
    String(copying: UTF8Span(unchecked: bytes, isKnownASCII: true))
}
