import Bytes

/// Decodes each `%XX`, and `+` if `plusIsSpace`.
func percentDecoded(_ bytes: Span<UInt8>, plusIsSpace: Bool) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        if let byte = bytes.escapedByte(at: index) {
            decoded.append(byte)
            index += 3
        } else {
            let isSpace = plusIsSpace && bytes[index] == UInt8(ascii: "+")
            decoded.append(isSpace ? UInt8(ascii: " ") : bytes[index])
            index += 1
        }
    }
    return decoded
}

/// Checks the escapes of a target.
///
/// - Throws: `RequestViolation.badTarget` for an invalid escape, `%00`, or bytes that are not valid UTF-8 when decoded,
///   including overlong forms and encoded surrogates.
func checkEscapes(of bytes: Span<UInt8>) throws(RequestViolation) {
    for index in bytes.indices where bytes[index] == UInt8(ascii: "%") {
        guard let byte = bytes.escapedByte(at: index) else { throw .badTarget(.badEscape) }
        guard byte != 0 else { throw .badTarget(.nul) }
    }
    do {
        _ = try UTF8Span(validating: percentDecoded(bytes, plusIsSpace: false).span)
    } catch {
        throw .badTarget(.notUTF8)
    }
}

extension Span where Element == UInt8 {
    /// The byte that an escape at `index` stands for; nil if there is none.
    fileprivate func escapedByte(at index: Int) -> UInt8? {
        guard self[index] == UInt8(ascii: "%"), index + 2 < count, let high = self[index + 1].hexValue,
            let low = self[index + 2].hexValue
        else { return nil }
        return high << 4 | low
    }
}
