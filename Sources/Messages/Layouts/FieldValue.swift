/// What a field of a message holds.
public enum FieldValue: Hashable, Sendable {
    /// A count, a size, an id: usually shown in decimal.
    case number(UInt64)
    /// The same with a sign.
    case signed(Int64)
    /// An address, a mask, an access right, a code: usually shown in hex.
    case hex(UInt64)
    /// A process.
    case process(AuxPidCreationTime)
    /// A thread.
    case thread(AuxTidCreationTime)
    /// A string, without its NUL.
    case text(String)
    /// Bytes that mean nothing to the driver.
    case bytes([UInt8])
    /// A GUID.
    case guid(OWord)
    /// Several hashes.
    case hashes([OWord])

    /// Whether every byte of the field is 0, or there is none.
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

/// A field of a message that JSON tells, and what it holds.
public struct MessageMember: Hashable, Sendable {
    /// What the layout says of it; its `member` is never nil.
    public let field: LayoutField
    /// What it holds.
    public let value: FieldValue
}
