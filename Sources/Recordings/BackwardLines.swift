import Bytes
import Glibc

/// The lines of a range of a file, from the last to the first. Keeps one block and the end of one unfinished line in memory.
final class BackwardLines: LineSource {
    private let range: FileRange
    private let limits: LineLimits
    /// Offset in the file: bytes before it have not been read yet.
    private var position: Int
    /// The bytes read last; the first `unfinished` ones have not been returned yet.
    private let buffer: UnsafeMutableRawBufferPointer
    /// Length of the end of a line whose start has not been read yet, with its newline. A long line is truncated at its end
    /// to the number of bytes kept of a line.
    private var unfinished = 0

    init(_ range: FileRange, limits: LineLimits) {
        self.range = range
        self.limits = limits
        position = range.bounds.upperBound
        // A block, the bytes kept of a line, and two newlines: the line's, and one for a last line without newline.
        buffer = .allocate(byteCount: limits.blockBytes + limits.keptBytes + 2, alignment: 1)
    }

    deinit { buffer.deallocate() }

    /// Number of bytes that have not been read yet.
    private var remaining: Int { position - range.bounds.lowerBound }

    /// Fraction of the range that has not been read yet, 0...1.
    var fractionLeft: Double { range.bounds.isEmpty ? 0 : Double(remaining) / Double(range.bounds.count) }

    func next() throws(RecordingFault) -> [UInt8]? {
        while remaining > 0 {
            let text = UnsafeRawBufferPointer(rebasing: buffer[..<(try readBefore())])
            // The first line is incomplete unless its start was read.
            let start = remaining == 0 ? 0 : text.offset(of: .newline).map { $0 + 1 } ?? text.count
            let lines = reversed(UnsafeRawBufferPointer(rebasing: text[start...]))
            unfinished = min(start, limits.keptBytes + 1)
            if unfinished > 0 { buffer[unfinished - 1] = .newline }
            if !lines.isEmpty { return lines }
        }
        return nil
    }

    /// Reads the bytes before `position` in front of the unfinished line; returns the total length.
    private func readBefore() throws(RecordingFault) -> Int {
        let count = min(limits.blockBytes, remaining)
        let line = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        line.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<unfinished]))
        var filled = 0
        while filled < count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<count])
            let more = range.file.read(into: rest, at: position - count + filled)
            if more < 0 { throw RecordingFault(range.name, "cannot be read", errno: errno) }
            if more == 0 { throw RecordingFault(range.name, "was truncated while it was read") }
            filled += more
        }
        if position == range.bounds.upperBound, buffer[count - 1] != .newline {
            buffer[count] = .newline
            unfinished = 1
        }
        position -= count
        return count + unfinished
    }

    /// The complete lines of `text`, last one first.
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
