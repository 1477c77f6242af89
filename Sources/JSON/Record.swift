import Bytes
import CSimdJSON

/// An object of a recording: the record itself, or an object within it.
///
/// Valid until its parser parses the next line, and as long as the caller keeps the parser: a record does not, because a reader
/// copies many of them for each line.
public struct Record {
    let parser: ParserReference
    let index: Int
    let generation: UInt64

    /// The member `name`, or nil; the first one if there are several. Creates no string.
    ///
    /// - Complexity: O(*values in the object*).
    public subscript(name: StaticString) -> RecordValue? {
        let place = parser.use { $0.member(name, of: index, of: generation) }
        return place.map { RecordValue(parser: parser, index: $0, generation: generation) }
    }
}

/// A value of a recording. Tolerates the different notations of collectors.
///
/// Valid as long as a `Record` of the same line.
public struct RecordValue {
    let parser: ParserReference
    let index: Int
    let generation: UInt64

    private var node: csj_node { parser.use { $0.node(index, of: generation) } }
    private var nodeKind: csj_kind { parser.use { $0.nodes(of: generation)[index].kind } }

    /// The type of the value.
    public var kind: JSONValue.Kind { JSONValue.Kind(nodeKind) }

    /// Whether this is `null`.
    public var isNull: Bool { nodeKind == .null }

    /// The text of a string or the digits of a number; nil for anything else.
    public var asString: String? { text?.string }

    /// An integer that is not negative, or a string of decimal digits; up to UInt64.max.
    public var asUnsigned: UInt64? {
        let node = node
        if node.kind == .string { return node.textBytes.decimalNumber }
        guard let (magnitude, isNegative) = node.integer, !isNegative else { return nil }
        return magnitude
    }

    /// A string of `0x` and 1 to 16 hex digits, or anything that `asUnsigned` accepts.
    public var asHexOrUnsigned: UInt64? {
        let node = node
        if node.kind == .string { return RecordValue.hexOrUnsigned(node.textBytes) }
        return asUnsigned
    }

    /// The number in a text: `0x` and 1 to 16 hex digits, or decimal digits.
    public static func hexOrUnsigned(_ text: UnsafeBufferPointer<UInt8>) -> UInt64? {
        text.hexNumber ?? text.decimalNumber
    }

    /// The value as an object; nil if it is not one.
    public var object: Record? {
        nodeKind == .object ? Record(parser: parser, index: index, generation: generation) : nil
    }

    /// Whether this is the string `other`; `ignoringCase` applies to ASCII letters. Creates no string.
    public func isText(_ other: StaticString, ignoringCase: Bool = false) -> Bool {
        let node = node
        guard node.kind == .string, Int(node.length) == other.utf8CodeUnitCount else { return false }
        let text = node.textBytes
        return text.isEqual(to: other.bytes)
            || ignoringCase && text.elementsEqual(other.bytes) { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// Passes the UTF-8 bytes of a string, or of the digits of a number, to `body`; nil for anything else.
    public func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        text.map(body)
    }

    /// The object written inside a string, parsed by another parser.
    ///
    /// - Throws: One fault: the value is not a string, or the string is not an object.
    public func record(parsedBy inner: RecordParser) throws(JSONFaults) -> Record {
        precondition(ParserReference(inner) != parser, "the text to parse lies in the parser's own buffer")
        guard node.kind == .string else { throw JSONFaults(detail: "must be a string") }
        return try inner.parse(UnsafeRawBufferPointer(node.textBytes))
    }

    private var text: UnsafeBufferPointer<UInt8>? {
        let node = node
        switch node.kind {
        case .string, .integer, .number: return node.textBytes
        case .object, .array, .true, .false, .null: return nil
        }
    }
}

extension Record {
    /// A member by its name, or nil; ASCII letters of the name may have either case. The first one if there are several.
    ///
    /// - Complexity: O(*values in the object*), slower than the subscript.
    public func member(ignoringCase name: StaticString) -> RecordValue? {
        first { key, _ in
            key.count == name.utf8CodeUnitCount
                && zip(key, name.bytes).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
        }
    }

    /// Whether this is the same object of the same line.
    public func isSame(as other: Record) -> Bool {
        parser == other.parser && index == other.index && generation == other.generation
    }

    /// The first member for which `matches` returns true.
    public func first(where matches: (UnsafeBufferPointer<UInt8>, RecordValue) -> Bool) -> RecordValue? {
        let nodes = parser.use { $0.nodes(of: generation) }
        var child = index + 1
        let end = Int(nodes[index].next)
        while child < end {
            let value = RecordValue(parser: parser, index: child, generation: generation)
            if matches(nodes[child].nameBytes, value) { return value }
            child = Int(nodes[child].next)
        }
        return nil
    }
}

extension RecordValue {
    /// Passes the elements of an array in order until `body` returns false; none if it is not an array.
    public func forEachElement(_ body: (RecordValue) -> Bool) {
        guard nodeKind == .array else { return }
        let nodes = parser.use { $0.nodes(of: generation) }
        var child = index + 1
        let end = Int(nodes[index].next)
        while child < end, body(RecordValue(parser: parser, index: child, generation: generation)) {
            child = Int(nodes[child].next)
        }
    }

    /// The only element of an array that has one; the value itself if it is not an array.
    public var unwrapped: RecordValue {
        let nodes = parser.use { $0.nodes(of: generation) }
        guard nodeKind == .array, nodes[index].length == 1 else { return self }
        return RecordValue(parser: parser, index: index + 1, generation: generation)
    }
}

/// A parser that the caller keeps.
struct ParserReference: Equatable {
    private let parser: Unmanaged<RecordParser>

    init(_ parser: RecordParser) { self.parser = .passUnretained(parser) }

    /// Calls `body` with the parser.
    @inline(__always)
    func use<Result>(_ body: (RecordParser) -> Result) -> Result { parser._withUnsafeGuaranteedRef(body) }

    static func == (left: Self, right: Self) -> Bool { left.parser.toOpaque() == right.parser.toOpaque() }
}
