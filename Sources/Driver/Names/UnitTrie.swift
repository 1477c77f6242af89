import Bytes

/// A trie of texts in UTF-16 units. Nodes are numbered by depth, so that the children of a node are consecutive; 0 is
/// the root.
struct UnitTrie: Sendable {
    typealias Node = Int32

    /// The unit that leads to each node.
    private var units: [UInt16] = [0]
    /// The first child of each node, and one more entry at the end.
    private var firstChild: [Node] = []
    /// The parent of each node.
    private(set) var parents: [Node] = [0]
    /// The number of units that lead to each node.
    private(set) var depths: [Int32] = [0]
    /// The node at which each text ends.
    private(set) var ends: [Node]

    /// How many nodes there are.
    var count: Int { units.count }

    /// - Complexity: O(texts × log texts × their length) to sort, plus O(all units).
    init(_ texts: [[UInt16]]) {
        ends = [Node](repeating: 0, count: texts.count)
        let order = texts.indices.sorted { texts[$0].lexicographicallyPrecedes(texts[$1]) }
        // The range of `order` that passes through each node.
        var passing = [order.indices]
        var node = 0
        while node < passing.count {
            var rest = passing[node]
            let depth = Int(depths[node])
            while let first = rest.first, texts[order[first]].count == depth {
                ends[order[first]] = Node(node)
                rest = rest.dropFirst()
            }
            firstChild.append(Node(passing.count))
            while let first = rest.first {
                let unit = texts[order[first]][depth]
                let end = rest.first { texts[order[$0]][depth] != unit } ?? rest.endIndex
                passing.append(first..<end)
                units.append(unit)
                parents.append(Node(node))
                depths.append(Int32(depth + 1))
                rest = end..<rest.endIndex
            }
            node += 1
        }
        firstChild.append(Node(passing.count))
    }

    /// The unit that leads to `node`.
    func unit(of node: Node) -> UInt16 { units[Int(node)] }

    /// The child of `node` for `unit`.
    ///
    /// - Complexity: O(log children).
    func child(of node: Node, _ unit: UInt16) -> Node? {
        let children = Int(firstChild[Int(node)])..<Int(firstChild[Int(node) + 1])
        let child = children.partitioningIndex { units[$0] >= unit }
        return child < children.upperBound && units[child] == unit ? Node(child) : nil
    }

    /// The nodes along `text` from the root, which is included, as far as they exist.
    func path(of text: some Sequence<UInt16>) -> [Node] {
        var path: [Node] = [0]
        for unit in text {
            guard let next = child(of: path[path.count - 1], unit) else { break }
            path.append(next)
        }
        return path
    }
}

/// Finds all occurrences of texts in another text: an Aho-Corasick automaton.
struct SegmentAutomaton: Sendable {
    typealias Node = UnitTrie.Node

    let trie: UnitTrie
    /// The node to continue from if no child matches: the longest proper suffix that is a node.
    private var fallbacks: [Node]
    /// The longest text that is a suffix of the node; 0 for none.
    private(set) var longest: [Node]
    /// The longest text that is a proper suffix of the node; 0 for none.
    private(set) var shorter: [Node]

    /// - Complexity: O(all units), plus sorting.
    init(_ texts: [[UInt16]]) {
        trie = UnitTrie(texts)
        fallbacks = [Node](repeating: 0, count: trie.count)
        longest = fallbacks
        shorter = fallbacks
        for end in trie.ends where end != 0 { longest[Int(end)] = end }
        for index in 1..<max(1, trie.count) {
            let parent = trie.parents[index]
            if parent != 0 { fallbacks[index] = next(fallbacks[Int(parent)], trie.unit(of: Node(index))) }
            shorter[index] = longest[Int(fallbacks[index])]
            if longest[index] == 0 { longest[index] = shorter[index] }
        }
    }

    /// The node after `node` and `unit`.
    ///
    /// - Complexity: amortized O(log children) along a text.
    func next(_ node: Node, _ unit: UInt16) -> Node {
        var node = node
        while true {
            if let child = trie.child(of: node, unit) { return child }
            if node == 0 { return 0 }
            node = fallbacks[Int(node)]
        }
    }
}
