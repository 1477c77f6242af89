public import YAML

// The values of a document, by name and type. A value that is not there, or of another type, is nil.
extension YAMLNode {
    /// The one document of `text`: YAML, or JSON, which is a subset of it.
    public init?(of text: String) throws(YAMLFault) {
        let limits = YAMLStream.Limits(nodes: 1 << 24, textBytes: 1 << 28)
        let stream = YAMLStream(Array(text.utf8), limits: limits, dialect: .lenient)
        if let fault = stream.faults.first { throw fault }
        guard stream.documents.count == 1 else { return nil }
        self = stream.documents[0]
    }

    /// The member `name` of a mapping.
    public subscript(name: String) -> YAMLNode? { mapping?.first { $0.key == name }?.value }

    /// The item of a list at `index`.
    public subscript(index: Int) -> YAMLNode? { list?.dropFirst(index).first }

    /// The text of a scalar of any type.
    public var string: String? { scalar?.text }

    /// An integer.
    public var int: Int? { plain.flatMap { Int($0) } }

    /// `true` or `false`.
    public var bool: Bool? { plain.flatMap { Bool($0) } }

    /// Whether this is `null`.
    public var isNull: Bool { plain == "null" }

    private var plain: String? { scalar.flatMap { $0.isPlain ? $0.text : nil } }
}
