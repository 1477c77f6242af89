import Bytes
public import Messages

/// A word of bits. Some bits have a name; all are kept.
public protocol NamedBits: OptionSet, Sendable where RawValue == UInt32 {
    /// The table of the word: the bits that have a name, lowest first.
    static var table: [NamedBit] { get }
    /// The word for one of its bits: `rule`, `flag`.
    static var noun: String { get }
}

/// A bit of a word: a line of its table.
public struct NamedBit: Hashable, Sendable {
    /// The bit.
    public let bit: UInt32
    /// Its name, source and meaning while it is set.
    public let term: Term

    /// A bit that has the driver's name.
    init<Word: NamedBits>(
        _ bit: Word, _ name: String, _ provenance: Provenance, _ meaning: String, rules: [String] = []
    ) {
        self.init(bit, name, driverName: name, provenance, meaning, rules: rules)
    }

    /// A bit whose name differs from the driver's.
    init<Word: NamedBits>(
        _ bit: Word, _ name: String, driverName: String?, _ provenance: Provenance, _ meaning: String,
        rules: [String] = []
    ) {
        self.bit = bit.rawValue
        term = Term(
            name, driverName: driverName, value: .hex(UInt64(bit.rawValue)), provenance, meaning, rules: rules)
    }
}

extension NamedBits {
    /// Parses the notation of JSON, queries, the settings file and the command line: the name of one bit, or a mask.
    public init?(_ text: String) {
        guard let bits = Self.bit(named: text) ?? Self(mask: text) else { return nil }
        self = bits
    }

    /// The bit named `name`; nil if there is none.
    public static func bit(named name: String) -> Self? {
        table.first { $0.term.name == name }.map { Self(rawValue: $0.bit) }
    }

    /// `"NAME" is not a rule; did you mean …?`: the fault of a name that is not one of the word's bits.
    ///
    /// - Parameter isHinted: whether to look for the nearest name, which takes some microseconds.
    public static func faultOfName(_ name: String, isHinted: Bool = true) -> String {
        let fault = "\(name.quoted()) is not a \(noun)"
        if let other = nouns(ofName: name).first { return "\(fault), but a \(other)" }
        if Self(mask: "0x" + name) != nil { return "\(fault); write 0x\(name) for a mask" }
        return isHinted ? fault + allNames.hintOrList(for: name) : fault
    }

    /// The names of all bits that have one, lowest first.
    public static var allNames: [String] { table.map(\.term.name) }

    /// The nouns of the words that have a bit named `name`.
    private static func nouns(ofName name: String) -> [String] {
        let words: [any NamedBits.Type] = [ProcessRules.self, ProcessFlags.self, StreamContextRules.self]
        return words.filter { $0.table.contains { $0.term.name == name } }.map { $0.noun }
    }

    /// Parses a mask of 32 bits: `0x` and 1 to 16 hex digits. `orDecimal` also accepts a decimal number without leading
    /// zeros, for the settings file.
    public init?(mask text: String, orDecimal: Bool = false) {
        let isHex = text.hasPrefix("0x")
        let digits = isHex ? text.dropFirst(2) : text[...]
        guard isHex || orDecimal && (digits == "0" || digits.first != "0") else { return nil }
        // UInt32 would accept a sign.
        guard 1...16 ~= digits.utf8.count, digits.first != "+", digits.first != "-",
            let word = UInt32(digits, radix: isHex ? 16 : 10)
        else { return nil }
        self.init(rawValue: word)
    }

    /// The names of the bits that are set, then the nameless ones as unpadded hex, lowest first.
    public var names: [String] {
        var nameless = rawValue
        var names: [String] = []
        let table = Self.table
        // A line of the table is not copied unless its bit is set.
        for index in table.indices where rawValue & table[index].bit != 0 {
            names.append(table[index].term.name)
            nameless &= ~table[index].bit
        }
        while nameless != 0 {
            let bit = nameless & (~nameless + 1)
            names.append(bit.hex())
            nameless &= ~bit
        }
        return names
    }

    /// The word as eight hex digits, `0x00400400`.
    public var mask: String { rawValue.hex(digits: 8) }
}
