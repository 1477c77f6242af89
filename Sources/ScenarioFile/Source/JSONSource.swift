import JSON
import YAML

/// Reads scenarios from JSON.
struct JSONSource {
    private var reading = SourceReading()
    private var path = ValuePath()
    private var tokens: JSONTokens

    /// The documents of `bytes`, UTF-8 without a byte order mark.
    ///
    /// - Parameter isList: Whether it begins with a bracket: then each item is a document.
    /// - Throws: the fault of a text that is not JSON.
    static func read(_ bytes: [UInt8], isList: Bool) throws(JSONFaults) -> SourceReading {
        try JSONDocument.read(bytes, maxDepth: SourceText.mostLevels + (isList ? 1 : 0)) { root in
            var source = JSONSource(tokens: JSONTokens(bytes))
            source.add(root)
            return source.reading
        }
    }

    private mutating func add(_ root: JSONValue) {
        let most = SourceText.mostNodes
        let (count, line) = tokens.count(lineAfter: most)
        guard count <= most else {
            let fault = "has \(count) values and keys; at most \(most) are allowed"
            reading.add(line: line, fault + SourceText.adviceOnSize)
            return
        }
        guard root.kind == .array else {
            reading.add(node(root))
            return
        }
        let start = tokens.next()
        let documents = root.array(maxCount: SourceText.mostNodes) ?? []
        if documents.isEmpty { reading.add(line: start.line, "is empty") }
        for document in documents { reading.add(node(document)) }
    }

    /// The node of `value`, whose token is the next one.
    private mutating func node(_ value: JSONValue) -> SourceNode {
        let token = tokens.next()
        let content: SourceNode.Content
        switch value.kind {
        case .object: content = .mapping(members(of: value))
        case .array:
            content = .list(
                (value.array(maxCount: SourceText.mostNodes) ?? []).enumerated().map { index, item in
                    path.steps.append(.index(index))
                    defer { path.steps.removeLast() }
                    return self.node(item)
                })
        case .string: content = .scalar(SourceScalar(value.characters ?? "", isQuoted: true, kind: .text))
        case .integer: content = .scalar(SourceScalar(value.characters ?? "", isQuoted: false, kind: .integer))
        case .number: content = .scalar(SourceScalar(value.characters ?? "", isQuoted: false, kind: .number))
        case .bool: content = .scalar(SourceScalar(value.shown, isQuoted: false, kind: .boolean))
        case .null: content = .scalar(SourceScalar("null", isQuoted: false, kind: .null))
        }
        let node = SourceNode(content, line: token.line, column: token.column)
        if let detail = node.scalar?.fault { reading.add(line: token.line, path: path, detail) }
        return node
    }

    private mutating func members(of object: JSONValue) -> [SourceMember] {
        var members: [SourceMember] = []
        var lines: [String: Int] = [:]
        guard let object = object.openObject() else { return [] }
        for (key, value) in object {
            let token = tokens.next()
            path.steps.append(.key(key))
            let node = self.node(value)
            if let first = lines[key] {
                reading.add(line: token.line, path: path, "is given more than once, first in line \(first)")
            } else {
                lines[key] = token.line
                members.append(SourceMember(key, line: token.line, column: token.column, value: node))
            }
            path.steps.removeLast()
        }
        return members
    }
}
