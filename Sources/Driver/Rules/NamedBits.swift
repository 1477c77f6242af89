public import Messages

/// A word of bits of which some have a name and all are kept.
public protocol NamedBits: OptionSet, Sendable where RawValue == UInt32 {
    /// The bits that have a name, lowest first.
    static var named: [NamedBit] { get }
}

/// A bit of a word, with all that there is to say of it.
public struct NamedBit: Hashable, Sendable {
    /// The bit.
    public let bit: UInt32
    /// Our name.
    public let name: String
    /// The driver's name, as the analyst gave it; nil where the name is ours alone.
    public let driverName: String?
    /// Where it is known from.
    public let provenance: Provenance
    /// What it means while it is set, a phrase without a full stop.
    public let meaning: String

    /// A bit that goes by the driver's name.
    init(_ bit: UInt32, _ name: String, _ provenance: Provenance, _ meaning: String) {
        self.init(bit, name, driverName: name, provenance, meaning)
    }

    /// A bit that goes by a name other than the driver's.
    init(_ bit: UInt32, _ name: String, driverName: String?, _ provenance: Provenance, _ meaning: String) {
        self.bit = bit
        self.name = name
        self.driverName = driverName
        self.provenance = provenance
        self.meaning = meaning
    }
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
        for named in Self.named where rawValue & named.bit != 0 {
            names.append(named.name)
            nameless &= ~named.bit
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
