import CSimdJSON

/// A parsed document and the faults found in it so far.
///
/// Used on one thread.
@usableFromInline
final class Document {
    private let parser: Parser
    private var nodes: Nodes
    private let maxFaults: Int
    /// The words for types in faults.
    let words: TypeWords
    private var hintsLeft: Int
    private var found: [(place: Place, fault: JSONFault)] = []
    private var unlisted = 0
    /// The deprecated names that the document uses.
    private var deprecatedNames: Set<DeprecatedName> = []
    /// The names that misspelled ones were probably meant to be.
    private var corrections: [JSONCorrection] = []

    /// Parses `bytes`, which must stay valid until `close()`.
    @usableFromInline
    init(
        _ bytes: UnsafeRawBufferPointer, maxDepth: Int, maxFaults: Int, maxHints: Int, words: TypeWords
    ) throws(JSONFaults) {
        guard let parser = Parser.borrowed() else { throw JSONFaults(detail: "not enough memory to read the document") }
        self.parser = parser
        self.maxFaults = maxFaults
        hintsLeft = maxHints
        self.words = words
        nodes = Nodes(start: nil, count: 0)
        nodes = try self.parser.parse(bytes, maxDepth: maxDepth)
    }

    /// Invalidates all values of the document.
    @usableFromInline
    func close() {
        nodes = Nodes(start: nil, count: 0)
    }

    /// Reports the names that reading has found, and throws the faults.
    @usableFromInline
    func finish(
        onDeprecated: (DeprecatedName) -> Void, onMisspelled: (JSONCorrection) -> Void
    ) throws(JSONFaults) {
        for name in deprecatedNames { onDeprecated(name) }
        for correction in corrections { onMisspelled(correction) }
        if let faults = faults() { throw faults }
    }

    /// The node at `index`.
    subscript(index: Int) -> csj_node {
        precondition(index < nodes.count, "a JSONValue was kept beyond the reading of its document")
        return nodes[index]
    }

    /// Indices of the children of the container at `index`.
    func children(of index: Int) -> Nodes.Children {
        precondition(index < nodes.count, "a JSONValue was kept beyond the reading of its document")
        return nodes.children(of: index)
    }

    /// Where a fault is listed: at its node, or after the last node of the object that lacks a member.
    private struct Place: Comparable {
        let node: Int
        let isMissing: Bool

        static func < (one: Place, other: Place) -> Bool {
            one.node != other.node ? one.node < other.node : !one.isMissing && other.isMissing
        }
    }

    /// Records a fault at the node, or at a member that the node lacks. A missing member follows the given ones, one of which may
    /// be a misspelling of it.
    @inline(never)
    func fault(_ detail: String, at index: Int, missing name: String? = nil) {
        guard found.count < maxFaults else {
            unlisted += 1
            return
        }
        var pointer = pointer(to: index)
        if let name { pointer.append(component: name) }
        let place = Place(node: name == nil ? index : Int(self[index].next) - 1, isMissing: name != nil)
        found.append((place, JSONFault(pointer: pointer, detail: detail)))
    }

    /// Whether the next fault may look for the nearest name, and counts that it does. Looking takes more time than a client needs
    /// to send a wrong name.
    func takesHint() -> Bool {
        guard hintsLeft > 0, found.count < maxFaults else { return false }
        hintsLeft -= 1
        return true
    }

    /// Records that `name` was probably meant at the node: as the name of the member, or as its value.
    func recordCorrection(at index: Int, _ part: JSONCorrection.Part, _ name: String) {
        corrections.append(JSONCorrection(pointer: pointer(to: index), part: part, name: name))
    }

    /// Records that the document uses a deprecated name.
    func recordUse(of name: DeprecatedName) { deprecatedNames.insert(name) }

    /// All faults in document order, without duplicates; nil if there are none.
    private func faults() -> JSONFaults? {
        guard !found.isEmpty || unlisted > 0 else { return nil }
        var seen: Set<JSONFault> = []
        let ordered = found.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
        var faults = ordered.map(\.element.fault).filter { seen.insert($0).inserted }
        if unlisted > 0 {
            faults.append(JSONFault(pointer: "", detail: "\(unlisted) further faults are not listed"))
        }
        return JSONFaults(faults: faults)
    }

    /// The JSON pointer of the node at `index`. Because answers contain it, long names and long pointers are truncated
    /// and end with `…`.
    func pointer(to index: Int) -> String {
        var path: [Int] = []
        var index = index
        while self[index].parent != csj_no_parent {
            path.append(index)
            index = Int(self[index].parent)
        }
        var pointer = ""
        for place in path.reversed() {
            if pointer.utf8.count > Document.mostPointerBytes { return pointer + "/…" }
            let node = self[place]
            pointer.append(component: node.name == nil ? String(node.position) : Document.shortened(node.nameBytes))
        }
        return pointer
    }

    private static let mostPointerBytes = 1024
    private static let mostNameBytes = 256

    private static func shortened(_ name: UnsafeBufferPointer<UInt8>) -> String {
        if name.count <= mostNameBytes { return name.string }
        var end = mostNameBytes
        // Do not cut in the middle of a character.
        while end > 0, name[end] & 0xC0 == 0x80 { end -= 1 }
        return UnsafeBufferPointer(rebasing: name[..<end]).string + "…"
    }
}

extension String {
    /// Appends one reference token to a JSON pointer (RFC 6901, section 3).
    fileprivate mutating func append(component: String) {
        append("/")
        for scalar in component.unicodeScalars {
            switch scalar {
            case "~": append("~0")
            case "/": append("~1")
            default: unicodeScalars.append(scalar)
            }
        }
    }
}
