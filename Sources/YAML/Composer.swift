import Bytes

/// Composes the events of a YAML text to documents, within limits that hold while it reads: a text that exceeds one costs no
/// more than one that just fits.
struct Composer: ~Copyable {
    private var events: EventReader
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: YAMLStream.Limits
    private let dialect: YAMLStream.Dialect
    private var documents: [YAMLNode] = []
    private var faults: [YAMLFault] = []
    private var unlistedFaults = 0
    /// Whether the last document has no end yet: if nothing can follow it, it is not YAML.
    private var lastIsOpen = false

    /// Where the next value belongs.
    private var path = ValuePath()
    /// The number of open containers.
    private var depth = 0
    /// The size of everything read so far, in all documents.
    private var size = YAMLSize()
    /// The anchors of this document.
    private var anchors: [String: Anchored] = [:]

    private struct Anchored {
        let node: YAMLNode
        let size: YAMLSize
    }

    /// A composer of `bytes`, which must outlive it.
    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: YAMLStream.Limits, dialect: YAMLStream.Dialect) {
        events = EventReader(bytes)
        self.bytes = bytes
        self.limits = limits
        self.dialect = dialect
    }

    /// Reads all documents.
    mutating func stream() -> YAMLStream {
        do throws(YAMLFault) {
            while try readDocument() {}
        } catch {
            if lastIsOpen { documents.removeLast() }
            add(error)
        }
        return YAMLStream(documents: documents, faults: faults, unlistedFaults: unlistedFaults)
    }

    /// Reads up to the end of the next document; false at the end of the text.
    private mutating func readDocument() throws(YAMLFault) -> Bool {
        let event = try events.next()
        lastIsOpen = false
        switch event.kind {
        case .streamEnd: return false
        case .documentStart(let directive):
            if let directive, dialect == .strict {
                add(YAMLFault(line: event.position.line, "\(directive) is not read; only %YAML 1.2 is allowed"))
            }
            anchors = [:]
            var root = try node(try events.next())
            // libyaml has the position of what follows.
            if root.scalar == YAMLScalar("", isPlain: true) { root.position = event.position }
            let end = try events.next()
            documents.append(root)
            if case .documentEnd(isMarked: false) = end.kind { lastIsOpen = true }
            return true
        default: return true
        }
    }

    /// The value that begins with `event`.
    private mutating func node(_ event: Event) throws(YAMLFault) -> YAMLNode {
        let before = size
        let content: YAMLNode.Content
        let anchor: String?
        switch event.kind {
        case .alias(let name): return try alias(name, at: event.position)
        case .scalar(let scalar, let properties):
            try count(YAMLSize(nodes: 1, textBytes: scalar.text.utf8.count), at: event.position)
            check(properties, at: event.position)
            content = .scalar(scalar)
            anchor = properties.anchor
        case .listStart(let properties):
            try open(properties, at: event.position)
            content = .list(try items())
            depth -= 1
            anchor = properties.anchor
        case .mappingStart(let properties):
            try open(properties, at: event.position)
            content = .mapping(try members())
            depth -= 1
            anchor = properties.anchor
        default: preconditionFailure("libyaml begins no value with \(event.kind)")
        }
        let node = YAMLNode(content, at: event.position)
        if let anchor {
            let own = YAMLSize(nodes: size.nodes - before.nodes, textBytes: size.textBytes - before.textBytes)
            anchors[anchor] = Anchored(node: node, size: own)
        }
        return node
    }

    private mutating func alias(_ name: String, at position: YAMLPosition) throws(YAMLFault) -> YAMLNode {
        guard let anchored = anchors[name] else {
            let detail = "is not YAML: no value before this one has the anchor \(name.quoted())"
            throw YAMLFault(line: position.line, detail + YAMLAdvice.quoting("*"))
        }
        try count(anchored.size, at: position)
        guard depth + anchored.node.height <= limits.depth else { throw tooDeep(at: position) }
        return YAMLNode(anchored.node.content, at: position)
    }

    private mutating func items() throws(YAMLFault) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .listEnd = event.kind { return items }
            path.steps.append(.index(items.count))
            items.append(try node(event))
            path.steps.removeLast()
        }
    }

    private mutating func members() throws(YAMLFault) -> [YAMLMember] {
        var members: [YAMLMember] = []
        var lines: [String: Int] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { return members }
            let key = try key(event)
            path.steps.append(.key(key ?? "?"))
            var isRepeated = false
            if let key {
                if let first = lines[key] {
                    let detail = "is given more than once, first in line \(first)"
                    add(YAMLFault(line: event.position.line, path: path, detail))
                    isRepeated = true
                } else {
                    lines[key] = event.position.line
                }
            }
            let value = try node(try events.next())
            path.steps.removeLast()
            if let key {
                members.append(YAMLMember(key, at: event.position, value: value, isRepeated: isRepeated))
            }
        }
    }

    /// The text of the key that begins with `event`; nil if its member is to be left out.
    private mutating func key(_ event: Event) throws(YAMLFault) -> String? {
        path.steps.append(.key("?"))
        let node = try node(event)
        path.steps.removeLast()
        let detail: String
        switch node.content {
        case .scalar(let key) where key.isPlain && key.text.isEmpty: detail = "a key is missing"
        case .scalar(let key) where key.isPlain && key.text == "<<" && dialect == .strict:
            detail = "merge keys (<<) are not read; write the members out"
        case .scalar(let key) where key.isPlain && key.text.hasPrefix("\u{A0}") && dialect == .strict:
            detail = "begins with U+00A0, a no-break space; indent with spaces"
        case .scalar(let key): return key.text
        case .list: detail = "a key is a list; keys must be texts"
        case .mapping: detail = "a key is a mapping; keys must be texts"
        }
        add(YAMLFault(line: event.position.line, path: path, detail))
        return nil
    }

    /// Counts a container whose content follows.
    private mutating func open(_ properties: Event.Properties, at position: YAMLPosition) throws(YAMLFault) {
        guard depth < limits.depth else { throw tooDeep(at: position) }
        depth += 1
        try count(YAMLSize(nodes: 1, textBytes: 0), at: position)
        check(properties, at: position)
    }

    private mutating func check(_ properties: Event.Properties, at position: YAMLPosition) {
        guard let tag = properties.tag, dialect == .strict else { return }
        // The tags of YAML itself, as `!!str` writes them.
        let core = "tag:yaml.org,2002:"
        let shown = tag.hasPrefix(core) ? "!!" + tag.dropFirst(core.count) : tag
        add(YAMLFault(line: position.line, path: path, "has the tag \(shown.quoted()); tags are not read"))
    }

    private mutating func count(_ more: YAMLSize, at position: YAMLPosition) throws(YAMLFault) {
        size.nodes += more.nodes
        size.textBytes += more.textBytes
        if size.nodes <= limits.nodes && size.textBytes <= limits.textBytes { return }
        let all = YAMLSize(of: bytes)
        let (count, limit, noun) =
            size.nodes > limits.nodes
            ? (all.nodes, limits.nodes, "values and keys") : (all.textBytes, limits.textBytes, "bytes of text")
        // The count ends at the first part that is not YAML.
        let shown = count > limit ? "\(count == .max ? "more than 10^18" : String(count)) \(noun)" : "more \(noun)"
        throw YAMLFault(
            line: position.line,
            "has \(shown), counting what its aliases repeat; at most \(limit) are allowed" + limits.advice)
    }

    private func tooDeep(at position: YAMLPosition) -> YAMLFault {
        YAMLFault(line: position.line, "is nested more than \(limits.depth) levels deep")
    }

    private mutating func add(_ fault: YAMLFault) {
        if faults.count < YAMLStream.mostFaults { faults.append(fault) } else { unlistedFaults += 1 }
    }
}

extension YAMLNode {
    /// The number of containers that lie in each other, this one included.
    fileprivate var height: Int {
        switch content {
        case .scalar: 0
        case .list(let items): 1 + (items.lazy.map(\.height).max() ?? 0)
        case .mapping(let members): 1 + (members.lazy.map(\.value.height).max() ?? 0)
        }
    }
}
