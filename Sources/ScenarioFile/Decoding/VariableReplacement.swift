import Bytes

/// Replaces the variables of a scenario, and finds those that are unknown or unused.
struct VariableReplacement {
    private var variables: VariableValues
    /// The variables that were used.
    private(set) var used: Set<String> = []
    private(set) var faults: [SourceFault] = []
    /// Where the value is not known, because a variable is not. Faults that a reader finds there do not count.
    private(set) var unknown = PathSet()
    /// How much more the variables may add.
    private var room: Int

    /// A replacement that stops once the values that it puts in place of variables have more than `limit` bytes.
    init(_ variables: VariableValues, limit: Int = .max) {
        self.variables = variables
        room = limit
    }

    /// Whether it stopped.
    var isTooLarge: Bool { room < 0 }

    /// `node` with its variables replaced. In the steps of a `repeat`, its variable is 0.
    mutating func replace(in node: SourceNode, at path: String = "") -> SourceNode {
        switch node.content {
        case .scalar(let scalar): return replace(in: scalar, node, at: path)
        case .list(let items):
            var node = node
            node.content = .list(items.enumerated().map { replace(in: $1, at: "\(path)[\($0)]") })
            return node
        case .mapping(let members):
            var node = node
            node.content = .mapping(
                members.map { member in
                    var member = member
                    let path = path.isEmpty ? member.key : "\(path).\(member.key)"
                    member.value =
                        member.key == "repeat"
                        ? replace(inLoop: member.value, at: path) : replace(in: member.value, at: path)
                    return member
                })
            return node
        }
    }

    private mutating func replace(inLoop node: SourceNode, at path: String) -> SourceNode {
        guard case .mapping(let members) = node.content else { return replace(in: node, at: path) }
        let name = node["as"]?.scalar?.text ?? "i"
        let outer = variables
        var node = node
        node.content = .mapping(
            members.map { member in
                var member = member
                if member.key == "steps" { variables.set(name, toRound: 0) }
                member.value = replace(in: member.value, at: "\(path).\(member.key)")
                variables = outer
                return member
            })
        return node
    }

    private mutating func replace(in scalar: SourceScalar, _ node: SourceNode, at path: String) -> SourceNode {
        guard !isTooLarge, scalar.text.contains("$") else { return node }
        let text = VariableText(scalar.text)
        if let name = text.onlyVariable {
            guard let value = value(of: name, node, path), take(value) else { return node }
            return value.moved(to: node)
        }
        var plain = ""
        for part in text.parts {
            switch part {
            case .text(let text): plain += text
            case .variable(let name):
                guard let value = value(of: name, node, path) else {
                    plain += "${\(name)}"
                    continue
                }
                guard let scalar = value.scalar else {
                    fault(node, path, "${\(name)} is a list, which cannot stand inside a text")
                    plain += "${\(name)}"
                    continue
                }
                if take(value) { plain += scalar.text }
            }
        }
        var node = node
        var replaced = SourceScalar(plain, isQuoted: true, kind: .text)
        if text.parts.allSatisfy({ if case .text = $0 { true } else { false } }) {
            replaced = scalar; replaced.text = plain
        }
        node.content = .scalar(replaced)
        return node
    }

    /// Whether there is room for `value`; counts it.
    private mutating func take(_ value: SourceNode) -> Bool {
        if !isTooLarge { room -= value.size(upTo: room) }
        return !isTooLarge
    }

    private mutating func value(of name: String, _ node: SourceNode, _ path: String) -> SourceNode? {
        used.insert(name)
        if let value = variables.values[name] { return value }
        if variables.faulty.contains(name) {
            unknown.insert(path)
            return nil
        }
        var fault = "unknown variable \(name.quoted())"
        if faults.count < SourceText.mostFaults {
            let names = variables.faulty.union(variables.values.keys).sorted()
            let nearest = names.nearest(to: name)
            if let nearest { used.insert(nearest) }
            fault += nearest.map { "; did you mean \($0)?" } ?? names.listed + "; $${ stands for ${"
        }
        self.fault(node, path, fault)
        return nil
    }

    private mutating func fault(_ node: SourceNode, _ path: String, _ detail: String) {
        faults.append(SourceFault(line: node.line, path: path, detail))
        unknown.insert(path)
    }
}

extension SourceNode {
    /// A lower bound of the bytes of its JSON. Counting stops above `limit`.
    fileprivate func size(upTo limit: Int) -> Int {
        switch content {
        case .scalar(let scalar): return scalar.text.utf8.count + 1
        case .list(let items): return SourceNode.size(of: items.lazy.map { ("", $0) }, upTo: limit)
        case .mapping(let members): return SourceNode.size(of: members.lazy.map { ($0.key, $0.value) }, upTo: limit)
        }
    }

    private static func size(of parts: some Sequence<(String, SourceNode)>, upTo limit: Int) -> Int {
        var size = 1
        for (key, value) in parts {
            if size > limit { break }
            size += key.utf8.count + value.size(upTo: limit - size) + 1
        }
        return size
    }

    /// The value with the position of `node`, as everything in it.
    fileprivate func moved(to node: SourceNode) -> SourceNode {
        var moved = self
        (moved.line, moved.column) = (node.line, node.column)
        switch content {
        case .scalar: break
        case .list(let items): moved.content = .list(items.map { $0.moved(to: node) })
        case .mapping(let members):
            moved.content = .mapping(
                members.map { member in
                    var member = member
                    (member.line, member.column) = (node.line, node.column)
                    member.value = member.value.moved(to: node)
                    return member
                })
        }
        return moved
    }
}
