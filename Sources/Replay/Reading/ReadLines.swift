/// Lines that were read ahead and that an `EventFeed` can apply, in order.
public struct ReadLines: Sendable {
    /// The content of each line.
    var lines: [LineReading] = []
    /// The machines by the numbers in `lines`.
    var machines = MachineNames(chosen: nil)

    /// The number of entries: one for each line, and one for successive blank lines.
    public var count: Int { lines.count }

    /// The bytes that the lines need in addition to their texts; with short lines, most of them.
    var storageBytes: Int { lines.count * MemoryLayout<LineReading>.stride }

    fileprivate mutating func add(blankLines count: Int) {
        if count > 0 { lines.append(.blank(lines: count)) }
    }
}

/// Reads lines ahead of an `EventFeed`, which is most of the work of a replay. Several threads can have one reader each.
///
/// One thread at a time may use it.
public final class ReadAhead {
    private var lines: LineSplitter
    private var reader: LineReader

    /// A reader for a feed with the same options.
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

    /// Reads the lines that end in `bytes`, and keeps an unfinished one for the next piece.
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

    /// Reads the last line, if it has no newline.
    func finish() -> ReadLines {
        var read = ReadLines()
        if let line = lines.last() { read.lines.append(reader.read(line)) }
        read.machines = reader.machines
        return read
    }
}
