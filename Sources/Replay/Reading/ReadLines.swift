import RecordText

/// Lines that were read ahead and that an `EventFeed` can apply, in order.
public struct ReadLines: Sendable {
    /// The content of each line.
    var lines: [LineReading] = []
    /// The machines by the numbers in `lines`.
    var machines = MachineNames(chosen: nil)
    /// The channels by the numbers in `lines`.
    var channels = ChannelNames()

    /// The number of entries: one for each line, one more for each further record on it, and one for successive blank lines.
    public var count: Int { lines.count }

    /// The bytes that the lines need in addition to their texts; with short lines, most of them.
    var storageBytes: Int { lines.count * MemoryLayout<LineReading>.stride }

    fileprivate mutating func add(blankLines count: Int) {
        if count > 0 { lines.append(LineReading(content: .blank(lines: count))) }
    }
}

/// Reads lines ahead of an `EventFeed`, which is most of the work of a replay. Several threads can have one reader each.
///
/// One thread at a time may use it.
public final class ReadAhead {
    private var lines: LineSplitter
    private var reader: LineReader
    /// Cuts an upload of records into lines; nil for native lines.
    private var framer: MarkedText?
    private var framed: [UInt8] = []

    /// A reader for a feed with the same options.
    public init(_ options: EventFeed.Options) {
        lines = LineSplitter(maxLineBytes: options.maxLineBytes)
        reader = LineReader(options)
        framer = options.format == .sysmon ? MarkedText() : nil
    }

    /// Reads `bytes`, which are whole lines, each with one record or several.
    public func read(_ bytes: UnsafeRawBufferPointer) -> ReadLines {
        var read = split(bytes)
        readLast(into: &read)
        return read
    }

    /// Reads the lines that end in `bytes`, and keeps an unfinished one for the next piece.
    public func read(piece bytes: UnsafeRawBufferPointer) -> ReadLines {
        guard framer != nil else { return split(bytes) }
        framed.removeAll(keepingCapacity: true)
        framer?.convert(bytes, into: &framed)
        return framed.withUnsafeBytes { split($0) }
    }

    /// Reads the last line, if it has no newline.
    public func finish() -> ReadLines {
        framed.removeAll(keepingCapacity: true)
        framer?.finish(into: &framed)
        var read = framed.withUnsafeBytes { split($0) }
        readLast(into: &read)
        return read
    }

    private func split(_ bytes: UnsafeRawBufferPointer) -> ReadLines {
        var offset = 0
        var read = ReadLines()
        read.add(blankLines: lines.skipBlankLines(in: bytes, from: &offset))
        while let line = lines.next(in: bytes, from: &offset) {
            reader.read(line, into: &read.lines)
            read.add(blankLines: lines.skipBlankLines(in: bytes, from: &offset))
        }
        (read.machines, read.channels) = (reader.machines, reader.channels)
        return read
    }

    private func readLast(into read: inout ReadLines) {
        if let line = lines.last() { reader.read(line, into: &read.lines) }
        (read.machines, read.channels) = (reader.machines, reader.channels)
    }
}
