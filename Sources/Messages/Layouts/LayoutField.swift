import Bytes

/// One line of a layout's table: the position and the kind of a field.
public struct LayoutField: Hashable, Sendable {
    /// The kind of a field.
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
        /// Zero: unused, or unknown.
        case zero
        /// The length of the named part in bytes; 0 if it is absent.
        case length(of: String)
        /// The number of elements of the named part.
        case count(of: String)
        /// The offset of the named part, counted from byte 08 of the message; 0 if it is absent.
        case offset(of: String)
        /// UTF-16LE and `terminator` bytes of zeros.
        case text(terminator: Int)
        /// Bytes.
        case data
        /// Sixteen bytes each.
        case hashes
    }

    /// The names of values.
    public struct Names: Hashable, Sendable {
        /// Each value or bit with its name.
        public let names: [UInt64: String]
        /// Whether the values are bits, of which several may be set.
        public let areBits: Bool

        /// The names of `value` or of its bits; the remaining bits in hex.
        public func describe(_ value: UInt64) -> String? {
            guard areBits, value != 0 else { return names[value] }
            let known = names.keys.sorted().filter { value & $0 != 0 }
            let rest = known.reduce(value) { $0 & ~$1 }
            let words = known.compactMap { names[$0] } + (rest == 0 ? [] : [rest.hex()])
            return words.joined(separator: " | ")
        }
    }

    /// Its offset in bytes from the start of the structure that the table describes; nil for a part that begins at the
    /// end of the previous one.
    public let offset: Int?
    /// Its size in bytes; nil if that varies.
    public let size: Int?
    /// The driver's name.
    public let name: String
    /// Its member in JSON; nil if JSON does not show it.
    public internal(set) var member: String?
    /// A deprecated name of the member, which requests may still use.
    public internal(set) var formerMember: String?
    /// Its kind.
    public let kind: Kind
    /// Whether a message cannot be created without it.
    public var isRequired = false
    /// Whether it is left 0 by a LoadImage, which shares the layout of CreateProcess.
    public var isLeftZeroByLoadImage = false
    /// The names of its values.
    public var valueNames: Names?
    /// The status and source of its position; nil if the same as the layout's.
    public var provenance: Provenance?
    /// An additional note: a phrase without a period.
    public var note: String?

    init(_ name: String, at offset: Int?, size: Int?, _ kind: Kind, member: String?) {
        self.name = name
        self.offset = offset
        self.size = size
        self.kind = kind
        self.member = member
    }

    /// The type as written in docs.
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
