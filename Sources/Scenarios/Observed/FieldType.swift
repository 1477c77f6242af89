public import Messages

/// The type of a field that a criterion can name: how its matchers are written, and how they compare.
public enum FieldType: Sendable {
    case boolean
    /// An integer from 0 to `max`.
    case number(max: UInt64)
    /// An integer that may be negative.
    case signed
    /// An integer that is usually written in hex, as a text or a number.
    case hex(max: UInt64)
    /// A text that is compared exactly.
    case text
    /// The name of a file: a glob that ignores case.
    case fileName
    /// One of a few names.
    case choice([String])
    /// A status: one of the names, or its value in hex.
    case status
    /// A type of message, by its name or number.
    case operation
    case processRules
    case processFlags
    case streamRules
    case time
    case process
    case thread
    /// A pid: a number, or the name of a process.
    case processId
    /// A tid: a number, or the name of a thread.
    case threadId
    /// Bytes in base64.
    case base64
    /// Bytes in hex, with `??` for any.
    case bytePattern
    /// Sixteen bytes: base64, or 32 hex digits.
    case oword
    case guid
    /// A list of values of this type.
    ///
    /// Only this case is a box: in the tables, which live as long as the process, the address sanitizer takes boxes for leaks.
    indirect case list(FieldType)
    /// An object with these members.
    case members([Field])

    /// A member of an object.
    public struct Field: Sendable {
        /// Its name.
        public let name: String
        /// Its type.
        public let type: FieldType

        /// The member `name` of `type`.
        public init(_ name: String, _ type: FieldType) {
            self.name = name
            self.type = type
        }
    }

    /// The type of a field of a message; nil if JSON does not show it.
    public init?(_ field: LayoutField) {
        let most = UInt64.max >> UInt64(64 - 8 * min(field.size ?? 8, 8))
        switch field.kind {
        case .number where field.member == "processId": self = .processId
        case .number where field.member == "threadId" || field.member == "currentThreadId": self = .threadId
        case .number, .flag: self = .number(max: most)
        case .hex: self = .hex(max: most)
        case .signed: self = .signed
        case .process: self = .process
        case .thread: self = .thread
        case .guid: self = .guid
        case .oword: self = .oword
        case .text: self = FieldType.isFileName(field.member ?? "") ? .fileName : .text
        case .data: self = .base64
        case .hashes: self = .list(.oword)
        case .constant, .zero, .length, .count, .offset: return nil
        }
    }

    /// Whether a field with this name holds the name of a file: `imageName`, `targetFileName`.
    static func isFileName(_ name: String) -> Bool {
        ["fileName", "FileName", "imageName", "ImageName"].contains { name.hasSuffix($0) }
    }
}
