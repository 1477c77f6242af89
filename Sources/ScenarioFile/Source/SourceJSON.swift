import Bytes
import JSON
import YAML

/// The JSON text of a value of a scenario file, for readers of JSON, and the position of each part in the file.
///
/// An integer of any notation becomes its decimal digits, exactly. A number that JSON does not have becomes null:
/// `SourceText.documents()` has reported it.
public struct SourceJSON: Sendable {
    /// The JSON text. Its nesting is that of the value.
    public let bytes: [UInt8]
    private let root: SourceNode
    private let path: String

    /// The maximum number of characters of an integer.
    static let mostDigits = 1000

    /// The JSON of `node`, which is at `path` of its scenario.
    public init(_ node: SourceNode, path: String = "") {
        var json = JSONWriter()
        json.value(node)
        bytes = json.bytes
        root = node
        self.path = path
    }

    /// A position in a scenario file.
    public struct Position: Hashable, Sendable {
        /// The line of the value, from 1.
        public var line: Int
        /// The column of the value, from 1.
        public var column: Int
        /// The path of the value, as in `SourceFault`.
        public var path: String
        /// The line of the key in front of the value; nil for an item of a list and for the root.
        public var keyLine: Int?
        /// The column of the key.
        public var keyColumn: Int?
    }

    /// The position of the value at the JSON pointer `pointer`, as faults of our readers have it.
    ///
    /// If there is no such value, as for a missing member: the position of the innermost container that is there, with
    /// the path of the missing value.
    ///
    /// - Complexity: O(*members and items of the containers on the path*).
    public func position(of pointer: String) -> Position {
        var steps = ValuePath()
        var place = Position(line: root.line, column: root.column, path: "")
        var node: SourceNode? = root
        for name in pointer.pointerNames {
            let child = node?.child(named: name)
            steps.steps.append(child?.step ?? .key(name))
            if let child { place = child.position }
            node = child?.node
        }
        let own = steps.description
        place.path = path.isEmpty || own.isEmpty || own.hasPrefix("[") ? path + own : path + "." + own
        return place
    }

    /// The line of the key in front of the value at `pointer`, or of the value itself if it has none.
    func line(of pointer: String) -> Int {
        let position = position(of: pointer)
        return position.keyLine ?? position.line
    }
}

extension SourceNode {
    /// The part of a container that a token of a JSON pointer names.
    fileprivate func child(named name: String) -> (
        step: ValuePath.Step, node: SourceNode, position: SourceJSON.Position
    )? {
        switch content {
        case .scalar: return nil
        case .list(let items):
            guard let index = Int(name), items.indices.contains(index) else { return nil }
            let item = items[index]
            return (.index(index), item, SourceJSON.Position(line: item.line, column: item.column, path: ""))
        case .mapping(let members):
            // Our reader cuts long names in its pointers.
            let isCut = name.hasSuffix("…") && name != "…"
            let start = name.utf8.dropLast("…".utf8.count)
            let member = members.first { $0.key == name } ?? members.first { isCut && $0.key.utf8.starts(with: start) }
            guard let member else { return nil }
            let value = member.value
            let position = SourceJSON.Position(
                line: value.line, column: value.column, path: "", keyLine: member.line, keyColumn: member.column)
            return (.key(member.key), value, position)
        }
    }
}

extension JSONWriter {
    /// Writes `node` and everything in it.
    fileprivate mutating func value(_ node: SourceNode) {
        switch node.content {
        case .scalar(let scalar): value(scalar)
        case .list(let items):
            array { json in
                for item in items { json.value(item) }
            }
        case .mapping(let members):
            object { json in
                for member in members { json.member(key: member.key) { $0.value(member.value) } }
            }
        }
    }

    private mutating func value(_ scalar: SourceScalar) {
        switch scalar.kind {
        case .null: null()
        case .boolean: value(scalar.text.utf8.first.map { $0 | 0x20 } == UInt8(ascii: "t"))
        case .text: value(scalar.text)
        case .integer, .number:
            if let number = scalar.jsonNumber { value(json: number) } else { null() }
        }
    }
}

extension SourceScalar {
    /// The number as JSON writes it; nil for one that JSON does not have.
    fileprivate var jsonNumber: [UInt8]? {
        guard kind == .number || text.utf8.count <= SourceJSON.mostDigits else { return nil }
        var text = text
        return text.withUTF8 { bytes in
            if bytes.starts(with: "0x".utf8) { return decimal(bytes.dropFirst(2), base: 16) }
            if bytes.starts(with: "0o".utf8) { return decimal(bytes.dropFirst(2), base: 8) }
            guard let number = DecimalText(bytes) else { return nil }
            let zeros = number.whole.prefix { $0 == UInt8(ascii: "0") }
            let whole = number.whole.dropFirst(zeros.count)
            var json: [UInt8] = []
            if number.isNegative && !(number.isInteger && whole.isEmpty) { json.append(UInt8(ascii: "-")) }
            json += whole.isEmpty ? [UInt8(ascii: "0")] : Array(whole)
            if let fraction = number.fraction {
                json.append(UInt8(ascii: "."))
                json += fraction.isEmpty ? [UInt8(ascii: "0")] : Array(fraction)
            }
            if let exponent = number.exponent { json += [UInt8(ascii: "e")] + exponent }
            return json
        }
    }
}

/// The decimal digits of the number that `digits` represent in `base`, at most 16.
private func decimal(_ digits: some Sequence<UInt8>, base: UInt64) -> [UInt8] {
    // Parts of 18 digits, the lowest first: 16 times one of them fits a word.
    let unit: UInt64 = 1_000_000_000_000_000_000
    var parts: [UInt64] = [0]
    for digit in digits {
        var carry = UInt64(digit.hexValue ?? 0)
        for index in parts.indices {
            let product = parts[index] * base + carry
            parts[index] = product % unit
            carry = product / unit
        }
        if carry > 0 { parts.append(carry) }
    }
    let lower = parts.dropLast().reversed().map { part in
        let text = String(part)
        return String(repeating: "0", count: 18 - text.utf8.count) + text
    }
    return Array((String(parts[parts.count - 1]) + lower.joined()).utf8)
}
