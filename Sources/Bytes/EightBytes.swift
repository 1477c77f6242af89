/// Eight bytes that are looked at together.
///
/// A result has the highest bit of each byte for which something holds, and no other bits.
public struct EightBytes {
    @usableFromInline let word: UInt64

    @inlinable
    init(_ word: UInt64) { self.word = word }

    @usableFromInline static let ones: UInt64 = 0x0101_0101_0101_0101
    @usableFromInline static let highest: UInt64 = 0x8080_8080_8080_8080

    /// The bytes that are at least 0x80.
    @inlinable public var outsideASCII: UInt64 { word & EightBytes.highest }

    /// The bytes that are less than `limit`, 1 to 0x80.
    @inlinable
    public func below(_ limit: UInt8) -> UInt64 {
        // With its highest bit set, no byte borrows from the next.
        ~((word | EightBytes.highest) &- EightBytes.ones &* UInt64(limit)) & ~word & EightBytes.highest
    }

    /// The bytes that are equal to `byte`.
    @inlinable
    public func equal(to byte: UInt8) -> UInt64 {
        let difference = word ^ EightBytes.ones &* UInt64(byte)
        // Without their highest bits, no byte carries into the next.
        return ~((difference & ~EightBytes.highest) &+ ~EightBytes.highest | difference) & EightBytes.highest
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether `look` finds something among the bytes, which it gets in groups of eight. A group may have bytes of the one
    /// before; a shorter one is filled with `filler`, about which `look` must find nothing.
    @inlinable
    public func hasEightBytes(fillingWith filler: UInt8, _ look: (EightBytes) -> UInt64) -> Bool {
        guard let start = UnsafeRawPointer(baseAddress) else { return false }
        if count < 8 {
            var word = EightBytes.ones &* UInt64(filler)
            for byte in self { word = word << 8 | UInt64(byte) }
            return look(EightBytes(word)) != 0
        }
        var place = 0
        while place < count - 8 {
            if look(EightBytes(start.loadUnaligned(fromByteOffset: place, as: UInt64.self))) != 0 { return true }
            place += 8
        }
        return look(EightBytes(start.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))) != 0
    }
}
