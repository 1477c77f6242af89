/// One line of a layout's table: where a field lies and what it is.
public struct LayoutField: Hashable, Sendable {
    /// What a field is.
    public enum Kind: Hashable, Sendable {
        /// An integer of `size` bytes, shown in decimal.
        case number
        /// A signed integer of `size` bytes.
        case signed
        /// An integer of `size` bytes, shown in hex.
        case hex
        /// One byte, 0 or 1.
        case flag
        /// AuxPidCreationTime.
        case process
        /// AuxTidCreationTime.
        case thread
        /// A GUID.
        case guid
        /// Sixteen bytes.
        case oword
        /// Always this value.
        case constant(UInt64)
        /// Zero: not used, or unknown.
        case zero
        /// Bytes that the named part takes, 0 when it is absent.
        case length(of: String)
        /// How many elements the named part has.
        case count(of: String)
        /// Where the named part begins, counted from byte 08 of the message; 0 when it is absent.
        case offset(of: String)
        /// UTF-16LE and `terminator` bytes of zeros.
        case text(terminator: Int)
        /// Bytes.
        case data
        /// Sixteen bytes each.
        case hashes
    }

    /// Values that have a name.
    public struct Names: Hashable, Sendable {
        /// Each value or bit with its name.
        public let names: [UInt64: String]
        /// Whether the values are bits, of which several may be set.
        public let areBits: Bool

        /// The names of what `value` is or consists of; the rest of the bits in hex.
        public func describe(_ value: UInt64) -> String? {
            guard areBits, value != 0 else { return names[value] }
            let known = names.keys.sorted().filter { value & $0 != 0 }
            let rest = known.reduce(value) { $0 & ~$1 }
            let words = known.compactMap { names[$0] } + (rest == 0 ? [] : ["0x" + String(rest, radix: 16)])
            return words.joined(separator: " | ")
        }
    }

    /// Where it begins, in bytes from the start of the structure its table is written for; nil for a part that begins
    /// where the one before it ends.
    public let offset: Int?
    /// How many bytes it takes; nil when that varies.
    public let size: Int?
    /// The driver's name.
    public let name: String
    /// The member that it is in JSON; nil for what JSON does not tell.
    public internal(set) var member: String?
    /// What it is.
    public let kind: Kind
    /// Whether a message cannot be made without it.
    public var isRequired = false
    /// Whether a LoadImage, which shares the layout of CreateProcess, leaves it 0.
    public var isLeftZeroByLoadImage = false
    /// Values that have a name.
    public var valueNames: Names?
    /// How sure its place is; nil when that is as sure as the layout.
    public var provenance: Provenance?
    /// What else to know, a phrase without a full stop.
    public var note: String?

    init(_ name: String, at offset: Int?, size: Int?, _ kind: Kind, member: String?) {
        self.name = name
        self.offset = offset
        self.size = size
        self.kind = kind
        self.member = member
    }

    /// The type as docs write it.
    public var typeName: String {
        let bits = 8 * (size ?? 0)
        return switch kind {
        case .number, .hex, .length, .count, .constant, .flag: "u\(bits)"
        case .offset: size == 8 ? "i64" : "u\(bits)"
        case .signed: "i\(bits)"
        case .process: "AuxPidCreationTime"
        case .thread: "AuxTidCreationTime"
        case .guid: "GUID"
        case .oword: "u8[16]"
        case .zero: size.map { [1, 2, 4, 8].contains($0) ? "u\(bits)" : "u8[\($0)]" } ?? "u8[]"
        case .text: "UTF-16LE"
        case .data: "u8[]"
        case .hashes: "u8[16][]"
        }
    }
}
