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
        source.add(stream.faults, of: stream.documents)
        source.reading.addUnlisted(stream.unlistedFaults)
        for document in stream.documents { source.add(document) }
        if stream.documents.isEmpty && stream.faults.isEmpty { source.reading.add(line: 1, "is empty") }
        return source.reading
    }

    /// Adds the faults. Where a scenario follows another without a line between them, one fault says so for all of its keys.
    private mutating func add(_ faults: [YAMLFault], of documents: [YAMLNode]) {
        /// The line of each repeated key, with whether a scenario begins there.
        var repeated: [Int: Bool] = [:]
        for document in documents {
            let members = document.mapping ?? []
            guard let index = members.firstIndex(where: { $0.isRepeated && $0.key == "scenario" }) else { continue }
            let start = members[..<index].lastIndex { !$0.isRepeated }.map { $0 + 1 } ?? index
            for (place, member) in members[start...].enumerated() where member.isRepeated {
                let begins = place == 0 || member.key == "scenario" && start + place != index
                repeated[member.keyPosition.line] = begins
            }
        }
        for fault in faults {
            let begins = fault.path.steps.count == 1 ? fault.line.flatMap { repeated[$0] } : nil
            if begins == false { continue }
            let advice = begins == true ? "; divide scenarios by a line with ---" : ""
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
            if let detail = scalar.fault { reading.add(line: node.position.line, path: path, detail) }
            content = .scalar(scalar)
        case .list(let items):
            content = .list(
                items.enumerated().map { index, item in
                    path.steps.append(.index(index))
                    defer { path.steps.removeLast() }
                    return self.node(item)
                })
        case .mapping(let members):
            // Only for names that have to be divided.
            var keys: Set<String>?
            content = .mapping(
                members.compactMap { member in
                    path.steps.append(.key(member.key))
                    let value = self.node(member.value)
                    path.steps.removeLast()
                    if member.isRepeated { return nil }
                    let position = member.keyPosition
                    let (key, scalar) = divided(member, of: members, &keys)
                    return SourceMember(
                        key, line: position.line, column: position.column,
                        value: scalar.map { SourceNode(.scalar($0), line: value.line, column: value.column) } ?? value)
                })
        }
        return SourceNode(content, line: node.position.line, column: node.position.column)
    }

    /// The name and the value of a member in braces without a space between them, which YAML takes for a name: `{as:app}`.
    private mutating func divided(
        _ member: YAMLMember, of members: [YAMLMember], _ keys: inout Set<String>?
    ) -> (key: String, value: SourceScalar?) {
        let parts = member.key.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
            member.value.scalar == YAMLScalar("", isPlain: true)
        else { return (member.key, nil) }
        let (key, text) = (String(parts[0]), parts[1])
        if keys == nil { keys = Set(members.map(\.key)) }
        if keys?.insert(key).inserted != true { return (member.key, nil) }
        path.steps.append(.key(key))
        reading.add(
            line: member.keyPosition.line, path: path, "has no space after its colon; write \(key): \(text)")
        path.steps.removeLast()
        let isQuoted = text.count > 1 && text.first == text.last && (text.first == "'" || text.first == "\"")
        return (key, SourceScalar(String(isQuoted ? text.dropFirst().dropLast() : text), isQuoted: isQuoted))
    }
}
