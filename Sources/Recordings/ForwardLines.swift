import Bytes
import Glibc

/// The lines of a stream, from the first to the last. Keeps one block and the start of one unfinished line in memory.
final class ForwardLines: LineSource {
    private let stream: any ByteStream
    private let limits: LineLimits
    /// The start of the unfinished line, at most the bytes kept of a line.
    private var unfinished: [UInt8] = []
    private var isAtEnd = false

    init(_ stream: any ByteStream, limits: LineLimits) {
        self.stream = stream
        self.limits = limits
    }

    func next() throws(RecordingFault) -> [UInt8]? {
        while !isAtEnd {
            var block = try [UInt8](unsafeCapacity: unfinished.count + limits.blockBytes) {
                buffer throws(RecordingFault) in
                buffer.copyBytes(from: unfinished)
                let free = UnsafeMutableRawBufferPointer(rebasing: buffer[unfinished.count...])
                let count = try read(into: free)
                isAtEnd = count == 0
                return cutLongLines(of: UnsafeMutableRawBufferPointer(rebasing: buffer[..<(unfinished.count + count)]))
            }
            if isAtEnd, !block.isEmpty { block.append(.newline) }
            let end = block.withUnsafeBytes { $0.lastNewline(before: $0.count) }.map { $0 + 1 } ?? 0
            unfinished = Array(block[end...])
            block.removeLast(block.count - end)
            if !block.isEmpty { return block }
        }
        return nil
    }

    /// Reads the next bytes. Discards the rest of an unfinished line that is already at its limit: it may be very long.
    private func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        while true {
            let count = try stream.read(into: buffer)
            guard count > 0, unfinished.count >= limits.keptBytes else { return count }
            if UnsafeRawBufferPointer(rebasing: buffer[..<count]).offset(of: .newline) != nil { return count }
        }
    }

    /// Truncates overlong lines in place; returns the number of bytes kept.
    private func cutLongLines(of bytes: UnsafeMutableRawBufferPointer) -> Int {
        let text = UnsafeRawBufferPointer(bytes)
        var (start, kept) = (0, 0)
        // Lines that end within the kept length need no check, so one search per kept length is enough.
        while text.count - start > limits.lineBytes {
            let limit = start + limits.keptBytes
            if let newline = text.lastNewline(from: start, before: limit) {
                kept += bytes.move(start...newline, to: kept)
                start = newline + 1
            } else {
                kept += bytes.move(start...limit - 1, to: kept)
                start = text.offset(of: .newline, from: limit) ?? text.count
                if start == text.count { return kept }
                kept += bytes.move(start...start, to: kept)
                start += 1
            }
        }
        if start < text.count { kept += bytes.move(start...text.count - 1, to: kept) }
        return kept
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Moves the bytes of `range` down to `position`; returns their number.
    fileprivate func move(_ range: ClosedRange<Int>, to position: Int) -> Int {
        if position != range.lowerBound, let base = baseAddress {
            memmove(base + position, base + range.lowerBound, range.count)
        }
        return range.count
    }
}
