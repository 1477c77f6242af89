/// How much a text holds once its aliases are replaced.
struct YAMLSize {
    /// Values and keys.
    var nodes = 0
    /// Bytes of all texts and keys.
    var textBytes = 0
}

extension YAMLSize {
    /// Counts all of `bytes`, or up to the first part that is not YAML, without composing anything. `Int.max` stands for more.
    ///
    /// - Complexity: O(*bytes*), however much its aliases repeat.
    init(of bytes: UnsafeBufferPointer<UInt8>) {
        self.init()
        var events = EventReader(bytes)
        var anchors: [String: YAMLSize] = [:]
        /// The open lists and mappings, with the size of everything before each.
        var open: [(anchor: String?, before: YAMLSize)] = []
        while let event = try? events.next() {
            switch event.kind {
            case .streamEnd: return
            case .streamStart, .documentEnd: break
            case .documentStart: anchors = [:]
            case .alias(let name): add(anchors[name] ?? YAMLSize())
            case .scalar(let scalar, let properties):
                let own = YAMLSize(nodes: 1, textBytes: scalar.text.utf8.count)
                add(own)
                if let anchor = properties.anchor { anchors[anchor] = own }
            case .listStart(let properties), .mappingStart(let properties):
                open.append((properties.anchor, self))
                add(YAMLSize(nodes: 1))
            case .listEnd, .mappingEnd:
                guard let container = open.popLast(), let anchor = container.anchor else { break }
                anchors[anchor] = YAMLSize(
                    nodes: nodes - container.before.nodes, textBytes: textBytes - container.before.textBytes)
            }
        }
    }

    private mutating func add(_ other: YAMLSize) {
        nodes = Self.sum(nodes, other.nodes)
        textBytes = Self.sum(textBytes, other.textBytes)
    }

    private static func sum(_ one: Int, _ other: Int) -> Int {
        let (sum, overflow) = one.addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
