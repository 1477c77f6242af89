/// Lines that were read ahead, in order, ready to be applied by an `EventFeed`.
public struct ReadLines: Sendable {
    /// What each says.
    var lines: [LineReading] = []
    /// The machines that the numbers in the readings stand for.
    var machines = MachineNames(chosen: nil)

    /// Places: a line each, or one for blank lines that follow one another.
    public var count: Int { lines.count }

    /// Bytes that the lines take beside their texts: many where lines are short.
    var storageBytes: Int { lines.count * MemoryLayout<LineReading>.stride }

    fileprivate mutating func add(blankLines count: Int) {
        if count > 0 { lines.append(.blank(lines: count)) }
    }
}

/// Reads lines ahead of an `EventFeed`, which is most of the work of a replay: on other threads, by a reader each.
///
/// For one thread at a time.
public final class ReadAhead {
    private var lines: LineSplitter
    private var reader: LineReader

    /// A reader for a feed that is made with the same options.
    public init(_ options: EventFeed.Options) {
        lines = LineSplitter(maxLineBytes: options.maxLineBytes)
        reader = LineReader(options)
    }

    /// Reads `bytes`, which are whole lines.
    public func read(_ bytes: UnsafeRawBufferPointer) -> ReadLines {
        var read = read(piece: bytes)
        let last = finish()
        read.lines += last.lines
        read.machines = last.machines
        return read
    }

    /// Reads the lines that `bytes` finish; an unfinished one is kept for what follows.
    func read(piece bytes: UnsafeRawBufferPointer) -> ReadLines {
        var offset = 0
        var read = ReadLines()
        read.add(blankLines: lines.skipBlankLines(in: bytes, from: &offset))
        while let line = lines.next(in: bytes, from: &offset) {
            read.lines.append(reader.read(line))
            read.add(blankLines: lines.skipBlankLines(in: bytes, from: &offset))
        }
        read.machines = reader.machines
        return read
    }

    /// Reads what is left: a last line without a newline.
    func finish() -> ReadLines {
        var read = ReadLines()
        if let line = lines.last() { read.lines.append(reader.read(line)) }
        read.machines = reader.machines
        return read
    }
}
