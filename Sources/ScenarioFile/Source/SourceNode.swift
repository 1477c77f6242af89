/// A value of a scenario file, with its position. YAML and JSON give the same values.
public struct SourceNode: Hashable, Sendable {
    /// The three kinds of values.
    public enum Content: Hashable, Sendable {
        /// A text, number, boolean or null.
        case scalar(SourceScalar)
        /// The items of a list, in order.
        case list([SourceNode])
        /// The members of a mapping, in order. No key occurs twice.
        case mapping([SourceMember])
    }

    /// The value.
    public var content: Content
    /// The line where it begins, from 1. The line of the alias, if an alias gave the value.
    public var line: Int
    /// The column where it begins, from 1, in Unicode scalars.
    public var column: Int

    /// The value `content`, which begins at `line` and `column`.
    public init(_ content: Content, line: Int, column: Int) {
        self.content = content
        self.line = line
        self.column = column
    }
}

/// A member of a mapping, with the position of its key.
public struct SourceMember: Hashable, Sendable {
    /// The text of the key. Every scalar can be a key: `1` and `true` are texts here.
    public var key: String
    /// The line where the key begins, from 1.
    public var line: Int
    /// The column where the key begins, from 1, in Unicode scalars.
    public var column: Int
    /// The value.
    public var value: SourceNode

    /// The member `key`, which begins at `line` and `column`, with `value`.
    public init(_ key: String, line: Int, column: Int, value: SourceNode) {
        self.key = key
        self.line = line
        self.column = column
        self.value = value
    }
}

extension SourceNode {
    /// The scalar; nil for a list and a mapping.
    public var scalar: SourceScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The items of a list; nil for anything else.
    public var list: [SourceNode]? {
        if case .list(let items) = content { items } else { nil }
    }

    /// The members of a mapping; nil for anything else.
    public var mapping: [SourceMember]? {
        if case .mapping(let members) = content { members } else { nil }
    }

    /// The value of the member `key` of a mapping; nil without it.
    ///
    /// - Complexity: O(*members*).
    public subscript(key: String) -> SourceNode? { mapping?.first { $0.key == key }?.value }
}
