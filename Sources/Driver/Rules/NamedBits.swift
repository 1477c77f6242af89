/// A word of bits of which some have a name and all are kept.
public protocol NamedBits: OptionSet, Sendable where RawValue == UInt32 {
    /// The bits that have a name, lowest first.
    static var named: [(bit: UInt32, name: String)] { get }
}

extension NamedBits {
    /// The bit called `name`, nil when there is none.
    public static func bit(named name: String) -> Self? {
        named.first { $0.name == name }.map { Self(rawValue: $0.bit) }
    }

    /// The names of the bits that are set, then the nameless ones as unpadded hex, lowest first.
    public var names: [String] {
        var nameless = rawValue
        var names: [String] = []
        for (bit, name) in Self.named where rawValue & bit != 0 {
            names.append(name)
            nameless &= ~bit
        }
        while nameless != 0 {
            let bit = nameless & (~nameless + 1)
            names.append("0x" + String(bit, radix: 16))
            nameless &= ~bit
        }
        return names
    }

    /// The word as eight hex digits, `0x00400400`.
    public var mask: String {
        let digits = String(rawValue, radix: 16)
        return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
