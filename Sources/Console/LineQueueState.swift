import DequeModule

/// The queued lines and the number of dropped ones: the plain state of `LineQueue`.
struct LineQueueState {
    /// The lines of the next write.
    struct Batch {
        /// Whether the previous write ended within a line.
        let beginsMidLine: Bool
        /// Number of dropped lines that were not reported yet.
        let unreported: UInt64
        /// At least one line, each with its newline.
        let lines: [[UInt8]]
    }

    /// Maximum number of bytes per write, except for a single long line: writes up to PIPE_BUF are atomic.
    static let batchBytes = 4096

    /// Maximum number of queued bytes. The newest line is always kept.
    private let byteLimit: Int
    private var lines: Deque<[UInt8]> = []
    private var byteCount = 0
    /// Number of lines dropped since the start.
    private(set) var dropped: UInt64 = 0
    private var reported: UInt64 = 0
    private var isMidLine = false
    private var isBeingWritten = false

    /// Creates an empty queue for `byteLimit` bytes.
    init(byteLimit: Int) { self.byteLimit = byteLimit }

    /// Appends `line`, which includes its newline; drops the oldest lines if the limit is exceeded. Returns whether the
    /// caller must start writing, because nobody is.
    mutating func put(_ line: [UInt8]) -> Bool {
        lines.append(line)
        byteCount += line.count
        while byteCount > byteLimit, lines.count > 1 { dropOldest() }
        defer { isBeingWritten = true }
        return !isBeingWritten
    }

    /// The next lines to write; nil if there are none, which ends the writing.
    mutating func next() -> Batch? {
        guard let first = lines.popFirst() else {
            isBeingWritten = false
            return nil
        }
        var (batch, size) = ([first], first.count)
        while let line = lines.first, size + line.count <= LineQueueState.batchBytes {
            batch.append(line)
            size += line.count
            lines.removeFirst()
        }
        byteCount -= size
        return Batch(beginsMidLine: isMidLine, unreported: dropped - reported, lines: batch)
    }

    /// Notes that `count` bytes of `prefix` and `batch` were written. Lines that were not written completely are lost.
    mutating func wrote(_ count: Int, of batch: Batch, prefix: Int) {
        if count >= prefix { reported += batch.unreported }
        var end = prefix
        var isBetweenLines = count == prefix
        for line in batch.lines {
            end += line.count
            isBetweenLines = isBetweenLines || count == end
            if end > count { dropped += 1 }
        }
        if count > 0 { isMidLine = !isBetweenLines }
    }

    /// Drops all queued lines except the newest.
    mutating func keepNewest() {
        while lines.count > 1 { dropOldest() }
    }

    private mutating func dropOldest() {
        guard let oldest = lines.popFirst() else { return }
        byteCount -= oldest.count
        dropped += 1
    }
}
