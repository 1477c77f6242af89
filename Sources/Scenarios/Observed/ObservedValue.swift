import Bytes
import DriverJSON
public import Driver
public import JSON
public import Messages

/// A value of a message, a process or a counter, as it is compared and shown.
public indirect enum ObservedValue: Hashable, Sendable {
    /// No value.
    case absent
    case bool(Bool)
    case number(UInt64)
    /// A number below 0.
    case negative(Int64)
    /// A number that is shown in hex: an address, a mask, an access right.
    case hex(UInt64)
    /// A status.
    case status(NTStatus)
    /// A word of rules or flags, with the names of its bits.
    case word(UInt32, names: [String])
    case text(String)
    case time(FileTime)
    case process(AuxPidCreationTime)
    case thread(AuxTidCreationTime)
    case bytes([UInt8])
    /// The bytes of a whole message, shown in hex.
    case octets([UInt8])
    case list([ObservedValue])
    case members([Member])

    /// A member of an object.
    public struct Member: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Its value.
        public let value: ObservedValue

        /// The member `name` with `value`.
        public init(_ name: String, _ value: ObservedValue) {
            self.name = name
            self.value = value
        }
    }

    /// A word of rules or flags.
    public static func word(_ word: some NamedBits) -> ObservedValue { .word(word.rawValue, names: word.names) }

    /// A text, or nothing.
    public static func optional(_ text: String?) -> ObservedValue { text.map { .text($0) } ?? .absent }

    /// A signed number.
    public static func signed(_ number: Int64) -> ObservedValue {
        number < 0 ? .negative(number) : .number(UInt64(number))
    }

    /// The value of a field of a message.
    public init(_ value: FieldValue) {
        self =
            switch value {
            case .number(let number): .number(number)
            case .signed(let number): .signed(number)
            case .hex(let number): .hex(number)
            case .process(let process): .process(process)
            case .thread(let thread): .thread(thread)
            case .text(let text): .text(text.text)
            case .bytes(let bytes): .bytes(bytes)
            case .guid(let guid): .text(guid.guid)
            case .hashes(let hashes): .list(hashes.map { .bytes($0.bytes) })
            }
    }

    /// The value of the member at `path`, `reply.httpStatus`; `.absent` without it.
    public subscript(path: String) -> ObservedValue {
        path.split(separator: ".").reduce(self) { value, name in
            guard case .members(let members) = value else { return .absent }
            return members.first { $0.name == name }?.value ?? .absent
        }
    }

    /// Whether there is a value.
    public var isPresent: Bool { self != .absent }

    /// The value without the way in which it is shown: equal numbers are equal.
    var comparable: ObservedValue {
        switch self {
        case .hex(let number): .number(number)
        case .status(let status): .number(UInt64(status.rawValue))
        case .octets(let bytes): .bytes(bytes)
        case .word(let word, _): .number(UInt64(word))
        case .time(let time): .number(time.ticks)
        default: self
        }
    }
}

extension ObservedValue {
    /// The value in a report: JSON as the API writes it.
    public var json: JSONTree {
        switch self {
        case .absent: .null
        case .bool(let flag): .bool(flag)
        case .number(let number): .integer(number)
        case .negative(let number): .integer(number)
        case .hex(let number): .string(number.hex())
        case .status(let status): .string(status.name)
        case .octets(let bytes): .string(bytes.map { UInt64($0).hexDigits(2) }.joined(separator: " "))
        case .word(_, let names): .array(names.map { .string($0) })
        case .text(let text): .string(text)
        case .time(let time): time == .none ? .null : .string(time.rfc3339)
        case .process(let process): .integer(process.processId)
        case .thread(let thread): .integer(thread.threadId)
        case .bytes(let bytes): .string(Base64.encode(bytes))
        case .list(let values): .array(values.map(\.json))
        case .members(let members): .object(members.map { JSONTree.Member($0.name, $0.value.json) })
        }
    }
}
