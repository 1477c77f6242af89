import Bytes
import YAML

/// Reads scenarios from YAML.
struct YAMLSource {
    private var reading = SourceReading()
    private var path = ValuePath()

    /// The documents of `bytes`, UTF-8 without a byte order mark.
    static func read(_ bytes: [UInt8]) -> SourceReading {
        let limits = YAMLStream.Limits(
            nodes: SourceText.mostNodes, textBytes: SourceText.mostTextBytes, depth: SourceText.mostLevels)
        let stream = YAMLStream(bytes, limits: limits, dialect: .strict)
        var source = YAMLSource()
        for fault in stream.faults { source.reading.add(line: fault.line, path: fault.path, fault.detail) }
        source.reading.addUnlisted(stream.unlistedFaults)
        for document in stream.documents { source.add(document) }
        if stream.documents.isEmpty && stream.faults.isEmpty { source.reading.add(line: 1, "is empty") }
        return source.reading
    }

    private mutating func add(_ document: YAMLNode) {
        if let scalar = document.scalar, scalar.isPlain, scalar.text.isEmpty {
            reading.add(line: document.position.line, "is empty")
        } else {
            reading.add(node(document))
        }
    }

    private mutating func node(_ node: YAMLNode) -> SourceNode {
        let content: SourceNode.Content
        switch node.content {
        case .scalar(let yaml):
            let scalar = SourceScalar(yaml.text, isQuoted: !yaml.isPlain)
            if let detail = scalar.faultOfNumber { reading.add(line: node.position.line, path: path, detail) }
            content = .scalar(scalar)
        case .list(let items):
            content = .list(
                items.enumerated().map { index, item in
                    path.steps.append(.index(index))
                    defer { path.steps.removeLast() }
                    return self.node(item)
                })
        case .mapping(let members):
            content = .mapping(
                members.compactMap { member in
                    path.steps.append(.key(member.key))
                    let value = self.node(member.value)
                    path.steps.removeLast()
                    if member.isRepeated { return nil }
                    let position = member.keyPosition
                    return SourceMember(member.key, line: position.line, column: position.column, value: value)
                })
        }
        return SourceNode(content, line: node.position.line, column: node.position.column)
    }
}
