import Bytes
import YAML

/// Reads scenarios from YAML.
struct YAMLSource {
    private var reading = SourceReading()
    private var path = ValuePath()

    /// The documents of `bytes`, UTF-8 without a byte order mark.
    static func read(_ bytes: [UInt8]) -> SourceReading {
        let limits = YAMLStream.Limits(
            nodes: SourceText.mostNodes, textBytes: SourceText.mostTextBytes, depth: SourceText.mostLevels,
            advice: SourceText.adviceOnSize)
        let stream = YAMLStream(bytes, limits: limits, dialect: .strict)
        var source = YAMLSource()
        source.add(stream.faults)
        source.reading.addUnlisted(stream.unlistedFaults)
        for document in stream.documents { source.add(document) }
        if stream.documents.isEmpty && stream.faults.isEmpty { source.reading.add(line: 1, "is empty") }
        return source.reading
    }

    /// Adds the faults. Where a scenario follows another without a line between them, one fault says so for all of its keys.
    private mutating func add(_ faults: [YAMLFault]) {
        func isRepeated(_ fault: YAMLFault) -> Bool {
            fault.path.steps.count == 1 && fault.detail.hasPrefix("is given more than once")
        }
        let next = faults.first { isRepeated($0) && $0.path.lastKey == "scenario" }?.line
        for fault in faults {
            let follows = isRepeated(fault) && next != nil && (fault.line ?? 0) >= next ?? 0
            if follows, fault.path.lastKey != "scenario" { continue }
            let advice = follows ? "; divide scenarios by a line with ---" : ""
            reading.add(line: fault.line, path: fault.path, fault.detail + advice)
        }
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
