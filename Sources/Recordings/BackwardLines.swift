import Glibc

/// The lines of a stretch of a file, from the last to the first. Holds one block, and what of a line the last one began with.
final class BackwardLines: LineSource {
    private let range: FileRange
    private let limits: LineLimits
    /// The bytes before this one have not been read yet.
    private var position: Int
    /// What was read last, of which the first `unfinished` bytes are not handed out yet.
    private let buffer: UnsafeMutableRawBufferPointer
    /// Length of the end of the line whose beginning has not been read yet, with its newline. Of a long line, the last bytes
    /// are gone: never more than what is kept of a line.
    private var unfinished = 0

    init(_ range: FileRange, limits: LineLimits) {
        self.range = range
        self.limits = limits
        position = range.bounds.upperBound
        // A block, what is kept of a line, and two newlines: that of the line, and one for a last line without.
        buffer = .allocate(byteCount: limits.blockBytes + limits.keptBytes + 2, alignment: 1)
    }

    deinit { buffer.deallocate() }

    /// How many bytes have not been read yet.
    private var remaining: Int { position - range.bounds.lowerBound }

    /// How much of the stretch has not been read yet, 0...1.
    var fractionLeft: Double { range.bounds.isEmpty ? 0 : Double(remaining) / Double(range.bounds.count) }

    func next() throws(RecordingFault) -> [UInt8]? {
        while remaining > 0 {
            let text = UnsafeRawBufferPointer(rebasing: buffer[..<(try readBefore())])
            // Without its beginning, the first line is not whole.
            let start = remaining == 0 ? 0 : text.firstNewline().map { $0 + 1 } ?? text.count
            let lines = reversed(UnsafeRawBufferPointer(rebasing: text[start...]))
            unfinished = min(start, limits.keptBytes + 1)
            if unfinished > 0 { buffer[unfinished - 1] = .newline }
            if !lines.isEmpty { return lines }
        }
        return nil
    }

    /// Puts the bytes before `position` in front of the unfinished line; how many bytes both are.
    private func readBefore() throws(RecordingFault) -> Int {
        let count = min(limits.blockBytes, remaining)
        let line = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        line.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<unfinished]))
        var filled = 0
        while filled < count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<count])
            let more = range.file.read(into: rest, at: position - count + filled)
            if more < 0 { throw RecordingFault(range.name, "cannot be read", errno: errno) }
            if more == 0 { throw RecordingFault(range.name, "has become shorter while it was read") }
            filled += more
        }
        if position == range.bounds.upperBound, buffer[count - 1] != .newline {
            buffer[count] = .newline
            unfinished = 1
        }
        position -= count
        return count + unfinished
    }

    /// The lines of `text`, which are whole, the last one first.
    private func reversed(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeCapacity: text.count) { block in
            var (end, filled) = (text.count, 0)
            while end > 0 {
                let start = text.lastNewline(before: end - 1).map { $0 + 1 } ?? 0
                let length = min(end - 1 - start, limits.keptBytes)
                let line = UnsafeRawBufferPointer(rebasing: text[start..<start + length])
                UnsafeMutableRawBufferPointer(rebasing: block[filled...]).copyMemory(from: line)
                block[filled + length] = .newline
                filled += length + 1
                end = start
            }
            return filled
        }
    }
}
