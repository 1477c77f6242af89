/// The value of a field of a message.
public enum FieldValue: Hashable, Sendable {
    /// A count, a size, or an id: usually shown in decimal.
    case number(UInt64)
    /// The same with a sign.
    case signed(Int64)
    /// An address, a mask, an access right, or a code: usually shown in hex.
    case hex(UInt64)
    /// A process.
    case process(AuxPidCreationTime)
    /// A thread.
    case thread(AuxTidCreationTime)
    /// A string, without its NUL.
    case text(UnicodeString)
    /// Bytes that have no meaning to the driver.
    case bytes([UInt8])
    /// A GUID.
    case guid(OWord)
    /// Several hashes.
    case hashes([OWord])

    /// Whether all bytes of the field are 0, or it has no bytes.
    public var isZero: Bool {
        switch self {
        case .number(let value), .hex(let value): value == 0
        case .signed(let value): value == 0
        case .process(let process): process == .none
        case .thread(let thread): thread == AuxTidCreationTime(threadId: 0, creationTime: .none)
        case .text(let text): text.isEmpty
        case .bytes(let bytes): bytes.allSatisfy { $0 == 0 }
        case .guid(let guid): guid == .zero
        case .hashes(let hashes): hashes.isEmpty
        }
    }
}

/// A field of a message that JSON shows, with its value.
public struct MessageMember: Hashable, Sendable {
    private let place: MemberField
    /// Its value.
    public let value: FieldValue

    init(_ place: MemberField, _ value: FieldValue) {
        self.place = place
        self.value = value
    }

    /// Its name in JSON.
    public var name: String { place.name }
    /// Whether that is `process`.
    public var isProcess: Bool { place.isProcess }
    /// Its line in the layout.
    public var field: LayoutField { place.field }

    /// Two members are equal when they are the same field with equal values.
    public static func == (left: MessageMember, right: MessageMember) -> Bool {
        left.place === right.place && left.value == right.value
    }

    /// Hashes only the value.
    public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

/// A field that JSON shows. A class, because every message refers to all of its fields.
final class MemberField: Sendable {
    let name: String
    let isProcess: Bool
    let field: LayoutField
    let isLeftZeroByLoadImage: Bool

    /// Nil for a field that JSON does not show.
    init?(_ field: LayoutField) {
        guard let member = field.member else { return nil }
        name = member
        isProcess = member == "process"
        self.field = field
        isLeftZeroByLoadImage = field.isLeftZeroByLoadImage
    }
}
