import Bytes

/// Sixteen bytes that form one value: a GUID, a hash, the id of a rule.
///
/// Driver: `_OWORD`, as in the analyst's listings.
public struct OWord: Hashable, Sendable {
    /// Bytes 0 to 7, little-endian.
    public var low: UInt64
    /// Bytes 8 to 15, little-endian.
    public var high: UInt64

    /// The given halves.
    public init(low: UInt64 = 0, high: UInt64 = 0) {
        self.low = low
        self.high = high
    }

    /// All bytes 0.
    public static let zero = OWord()

    /// Its size in bytes.
    public static let size = 16

    /// The bytes as laid out in memory.
    public var bytes: [UInt8] { (0..<16).map(byte) }

    /// The value of `bytes`; nil unless there are sixteen.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == OWord.size else { return nil }
        self.init()
        for (place, byte) in bytes.enumerated() {
            if place < 8 { low |= UInt64(byte) << (8 * place) } else { high |= UInt64(byte) << (8 * (place - 8)) }
        }
    }

    private func byte(_ place: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (place < 8 ? low : high) >> UInt64(8 * (place % 8)))
    }
}

// MARK: - As a GUID

extension OWord {
    /// The position in memory of the byte for each pair of digits of a GUID: the first three groups are little-endian
    /// numbers.
    private static let guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

    /// The value as a GUID in lower case: `9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2`.
    public var guid: String {
        var text = ""
        for (pair, place) in OWord.guidOrder.enumerated() {
            if [4, 6, 8, 10].contains(pair) { text += "-" }
            text += byte(place).hexDigits(2)
        }
        return text
    }

    /// Reads a GUID in either case, with or without braces; nil for anything else.
    public init?(guid text: String) {
        var text = Substring(text)
        if text.hasPrefix("{"), text.hasSuffix("}") { text = text.dropFirst().dropLast() }
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
        guard let pairs = [UInt8](hexPairs: groups.joined().utf8) else { return nil }
        var bytes = [UInt8](repeating: 0, count: OWord.size)
        for (pair, place) in OWord.guidOrder.enumerated() {
            bytes[place] = pairs[pair]
        }
        self.init(bytes: bytes)
    }
}
