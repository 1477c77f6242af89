import CSimdJSON

/// Parses the lines of a recording one after another, reusing its buffers.
///
/// For one thread at a time.
public final class RecordParser {
    private let maxLineBytes: Int
    private let maxDepth: Int
    private let parser: Parser?
    private var line: UnsafeMutableRawBufferPointer
    private var nodes = Nodes(start: nil, count: 0)
    /// Distinguishes the values of one line from those of the next.
    private(set) var generation: UInt64 = 0

    /// A parser for lines of at most `maxLineBytes`, with containers nested at most `maxDepth` deep.
    public init(maxLineBytes: Int = 1 << 20, maxDepth: Int = 64) {
        self.maxLineBytes = maxLineBytes
        self.maxDepth = maxDepth
        parser = Parser()
        line = .allocate(byteCount: min(maxLineBytes, 16 << 10), alignment: 1)
    }

    deinit {
        line.deallocate()
    }

    /// Parses one object, which only white space may follow.
    ///
    /// The line is copied. The record is valid until the next line is parsed.
    ///
    /// - Throws: One fault: not JSON, not an object, or longer than `maxLineBytes`.
    public func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONFaults) -> Record {
        try check(bytes)
        if bytes.count > line.count {
            let room = min(max(bytes.count, line.count * 2), maxLineBytes)
            line.deallocate()
            line = .allocate(byteCount: room, alignment: 1)
        }
        let copy = UnsafeMutableRawBufferPointer(rebasing: line[..<bytes.count])
        copy.copyMemory(from: bytes)
        return try parse(checked: UnsafeRawBufferPointer(copy))
    }

    /// The same for a text that need not be kept.
    public func parse(_ text: [UInt8]) throws(JSONFaults) -> Record {
        let result = text.withUnsafeBytes { bytes in
            Result { () throws(JSONFaults) in try parse(bytes) }
        }
        return try result.get()
    }

    /// The same without a copy: `bytes` must not change while the record is used.
    public func parse(inPlace bytes: UnsafeRawBufferPointer) throws(JSONFaults) -> Record {
        try check(bytes)
        return try parse(checked: bytes)
    }

    private func check(_ bytes: UnsafeRawBufferPointer) throws(JSONFaults) {
        generation += 1
        nodes = Nodes(start: nil, count: 0)
        if bytes.count > maxLineBytes {
            throw JSONFaults(detail: "the line has \(bytes.count) bytes, at most \(maxLineBytes) are allowed")
        }
    }

    private func parse(checked bytes: UnsafeRawBufferPointer) throws(JSONFaults) -> Record {
        guard let parsed = try parser?.parse(bytes, maxDepth: maxDepth, leavesRaw: true) else {
            throw JSONFaults(detail: "not enough memory to read the line")
        }
        guard parsed[0].kind == .object else { throw JSONFaults(detail: "must be an object") }
        nodes = parsed
        return Record(parser: ParserReference(self), index: 0, generation: generation)
    }

    /// The node at `index` of the line that was parsed as `generation`, with strings unescaped. Most strings of a line
    /// are never read, so they are unescaped on demand.
    func node(_ index: Int, of generation: UInt64) -> csj_node {
        let node = nodes(of: generation)[index]
        guard node.raw else { return node }
        return parser?.resolve(index) ?? node
    }

    /// The index of the member `name` in the object at `index` of the line that was parsed as `generation`.
    func member(_ name: StaticString, of index: Int, of generation: UInt64) -> Int? {
        checkIsCurrent(generation)
        return parser?.member(name, of: index)
    }

    /// The nodes of the line that was parsed as `generation`.
    func nodes(of generation: UInt64) -> Nodes {
        checkIsCurrent(generation)
        return nodes
    }

    private func checkIsCurrent(_ generation: UInt64) {
        precondition(generation == self.generation, "a record was kept beyond the parsing of the next line")
    }
}
