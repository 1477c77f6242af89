/// Base64 with padding (RFC 4648, section 4).
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each byte as a digit; 255 if it is not a digit.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    /// `bytes` as text.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        // Iterating over a collection whose type is known only at run time takes several times as long.
        bytes.withContiguousStorageIfAvailable { encode($0) } ?? encode(Array(bytes))
    }

    private static func encode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBufferPointer { encode($0) } }

    private static func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let length = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: length) { text in
            var (end, held, bits) = (0, 0, 0)
            for byte in bytes {
                held = held << 8 | Int(byte)
                bits += 8
                while bits >= 6 {
                    bits -= 6
                    text[end] = alphabet[held >> bits & 63]
                    end += 1
                }
            }
            if bits > 0 {
                text[end] = alphabet[held << (6 - bits) & 63]
                end += 1
            }
            while end < length {
                text[end] = UInt8(ascii: "=")
                end += 1
            }
            return end
        }
    }

    /// Decodes `text`.
    ///
    /// Nil unless it is exactly what `encode` would write: no white space, no missing padding, no stray bits.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 4) else { return nil }
        let padding = digits.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3)
        var (held, bits) = (0, 0)
        for digit in digits.dropLast(padding) {
            let value = values[Int(digit)]
            guard value != 255 else { return nil }
            held = (held << 6 | Int(value)) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> bits))
            }
        }
        return held & (1 << bits - 1) == 0 ? bytes : nil
    }
}
