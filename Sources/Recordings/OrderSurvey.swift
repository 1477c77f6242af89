import Bytes

/// Detects whether a part is written newest first: its first line with a time is later than its last one.
struct OrderSurvey {
    /// The time of a line, which is passed without its newline.
    let time: (UnsafeRawBufferPointer) -> UInt64?
    let limits: LineLimits

    /// Maximum number of bytes searched for a time at each end of a part. If there is none, the part is read forwards.
    static let searchLimit = 64 << 20

    /// Whether `range` of a file is written newest first; reads it from both ends. Nil if an end has no time.
    func isNewestFirst(_ range: FileRange) throws(RecordingFault) -> Bool? {
        guard let first = try firstTime(of: ForwardLines(FileStream(range), limits: limits)),
            let last = try firstTime(of: BackwardLines(range, limits: limits))
        else { return nil }
        return first > last
    }

    /// Whether `range` of a file, which has events of XML, is written newest first; reads it from both ends, because an event can be
    /// found wherever the reading begins. Nil if an end has no time.
    func isNewestFirst(markup range: FileRange) throws(RecordingFault) -> Bool? {
        var tail = range
        tail.bounds = max(range.bounds.lowerBound, range.bounds.upperBound - limits.lineBytes)..<range.bounds.upperBound
        guard let first = try firstTime(of: framed(range)), let last = try lastTime(of: framed(tail)) else {
            return nil
        }
        return first > last
    }

    private func framed(_ range: FileRange) -> ForwardLines {
        ForwardLines(TextStream(PeekableStream(FileStream(range))), limits: limits)
    }

    /// Which of `parts` are written newest first. A fault only ends the survey; the reading reports it later.
    func newestFirst(of parts: any PartSequence) -> [Bool] {
        var found: [Bool] = []
        do throws(RecordingFault) {
            while let part = try parts.next() {
                found.append(isNewestFirst(ForwardLines(TextStream(part.bytes), limits: limits)))
            }
        } catch {
            return found
        }
        return found
    }

    /// Whether lines that can only be read forwards are written newest first. Keeps the last lines, at least as many bytes as
    /// the longest line may have.
    private func isNewestFirst(_ lines: ForwardLines) -> Bool {
        var first: UInt64?
        var tail: [[UInt8]] = []
        var (tailBytes, seen) = (0, 0)
        do throws(RecordingFault) {
            while let block = try lines.next() {
                seen += block.count
                first = first ?? time(in: block)
                if first == nil, seen > OrderSurvey.searchLimit { return false }
                tail.append(block)
                tailBytes += block.count
                while let oldest = tail.first, tailBytes - oldest.count >= limits.lineBytes {
                    tailBytes -= oldest.count
                    tail.removeFirst()
                }
            }
        } catch {
            // Use the lines before the fault.
        }
        guard let first else { return false }
        for block in tail.reversed() {
            if let last = time(in: block, fromEnd: true) { return first > last }
        }
        return false
    }

    private func firstTime(of lines: any LineSource) throws(RecordingFault) -> UInt64? {
        var seen = 0
        while seen <= OrderSurvey.searchLimit, let block = try lines.next() {
            if let found = time(in: block) { return found }
            seen += block.count
        }
        return nil
    }

    private func lastTime(of lines: ForwardLines) throws(RecordingFault) -> UInt64? {
        var found: UInt64?
        while let block = try lines.next() { found = time(in: block, fromEnd: true) ?? found }
        return found
    }

    /// The time of the first line of `block` that has one, or of the last such line.
    private func time(in block: [UInt8], fromEnd: Bool = false) -> UInt64? {
        block.withUnsafeBytes { text in
            var (start, end) = (0, text.count)
            while start < end {
                let line: Range<Int>
                if fromEnd {
                    line = (text.lastNewline(before: end - 1).map { $0 + 1 } ?? 0)..<end - 1
                    end = line.lowerBound
                } else {
                    line = start..<(text.offset(of: .newline, from: start) ?? end)
                    start = line.upperBound + 1
                }
                if line.isEmpty { continue }
                if let found = time(UnsafeRawBufferPointer(rebasing: text[line])) { return found }
            }
            return nil
        }
    }
}
