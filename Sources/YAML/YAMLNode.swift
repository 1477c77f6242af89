/// A value of a YAML document and its position. Aliases are replaced by the values that they repeat.
///
/// Types are for the reader to decide: versions of YAML take the same plain text for different types.
public struct YAMLNode: Hashable, Sendable {
    /// The three kinds of values.
    public enum Content: Hashable, Sendable {
        /// A text, also an empty one.
        case scalar(YAMLScalar)
        /// The items of a list, in order.
        case list([YAMLNode])
        /// The members of a mapping, in order.
        case mapping([YAMLMember])
    }

    /// The value.
    public var content: Content
    /// Where the value begins, including its anchor. Where the alias is, if an alias gave the value.
    public var position: YAMLPosition

    /// The value `content` at `position`.
    public init(_ content: Content, at position: YAMLPosition) {
        self.content = content
        self.position = position
    }

    /// The scalar; nil for a list and a mapping.
    public var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The items of a list; nil for anything else.
    public var list: [YAMLNode]? {
        if case .list(let items) = content { items } else { nil }
    }

    /// The members of a mapping; nil for anything else.
    public var mapping: [YAMLMember]? {
        if case .mapping(let members) = content { members } else { nil }
    }
}

/// A text of a YAML document.
public struct YAMLScalar: Hashable, Sendable {
    /// The text without quotes, escapes and indentation.
    public var text: String
    /// Whether the text is written without quotes and not as a block (`|`, `>`): only then it can be another type than text.
    public var isPlain: Bool

    /// The text `text`.
    public init(_ text: String, isPlain: Bool) {
        self.text = text
        self.isPlain = isPlain
    }
}

/// A member of a YAML mapping.
public struct YAMLMember: Hashable, Sendable {
    /// The text of the key.
    public var key: String
    /// Where the key begins.
    public var keyPosition: YAMLPosition
    /// The value.
    public var value: YAMLNode
    /// Whether an earlier member has the same key, which is a fault.
    public var isRepeated: Bool

    /// The member `key` with `value`.
    public init(_ key: String, at keyPosition: YAMLPosition, value: YAMLNode, isRepeated: Bool = false) {
        self.key = key
        self.keyPosition = keyPosition
        self.value = value
        self.isRepeated = isRepeated
    }
}

/// A position in a text. A line ends with LF, CR LF or CR; columns count Unicode scalars. Both count from 1.
public struct YAMLPosition: Hashable, Sendable {
    /// The line.
    public var line: Int
    /// The column.
    public var column: Int

    /// The position in `line` and `column`.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}
