import CSimdJSON

/// A JSON value that outlives the document it was read from.
public indirect enum JSONTree: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as its digits: nothing is rounded.
    case number(String)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONTree])
    /// An object, in the order of its members.
    case object([Member])

    /// A member of an object.
    public struct Member: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its value.
        public var value: JSONTree

        /// The member `name` with `value`.
        public init(_ name: String, _ value: JSONTree) {
            self.name = name
            self.value = value
        }
    }

    /// A copy of `value`.
    public init(_ value: JSONValue) {
        self = value.document.tree(at: value.index)
    }

    /// The integer `number`.
    public static func integer(_ number: some FixedWidthInteger) -> JSONTree { .number(String(number)) }

    /// The value of the member `name`; nil without it, and for anything but an object.
    public subscript(name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text of a string; nil for anything else.
    public var text: String? { if case .string(let text) = self { text } else { nil } }

    /// The elements of an array; nil for anything else.
    public var elements: [JSONTree]? { if case .array(let elements) = self { elements } else { nil } }

    /// The value as JSON text.
    public var bytes: [UInt8] {
        var json = JSONWriter()
        json.value(self)
        return json.bytes
    }
}

extension Document {
    fileprivate func tree(at index: Int) -> JSONTree {
        let node = self[index]
        switch node.kind {
        case .null: return .null
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .integer, .number: return .number(node.textBytes.string)
        case .string: return .string(node.textBytes.string)
        case .array: return .array(children(of: index).map { tree(at: $0) })
        case .object:
            return .object(children(of: index).map { JSONTree.Member(self[$0].nameBytes.string, tree(at: $0)) })
        }
    }
}

extension JSONWriter {
    /// Writes a value that was read.
    public mutating func value(_ tree: JSONTree) {
        switch tree {
        case .null: null()
        case .bool(let flag): value(flag)
        case .number(let digits): value(json: Array(digits.utf8))
        case .string(let text): value(text)
        case .array(let elements):
            array { json in
                for element in elements { json.value(element) }
            }
        case .object(let members):
            object { json in
                for member in members { json.member(key: member.name) { $0.value(member.value) } }
            }
        }
    }
}
