import DequeModule

/// Lines that wait to be written, and how many were dropped: the decisions of `LineQueue`.
struct LineQueueState {
    /// What is to be written next.
    struct Batch {
        /// Whether the write before this one ended within a line.
        let beginsMidLine: Bool
        /// How many lines were dropped and not reported yet.
        let unreported: UInt64
        /// At least one, each with its newline.
        let lines: [[UInt8]]
    }

    /// Most bytes that are written at once, but for a single line: as many as a pipe takes whole (PIPE_BUF).
    static let batchBytes = 4096

    /// Most bytes that wait. The newest line waits in any case.
    private let byteLimit: Int
    private var lines: Deque<[UInt8]> = []
    private var byteCount = 0
    /// Lines that were dropped, since the beginning.
    private(set) var dropped: UInt64 = 0
    private var reported: UInt64 = 0
    private var isMidLine = false
    private var isBeingWritten = false

    /// No lines, and room for `byteLimit` bytes.
    init(byteLimit: Int) { self.byteLimit = byteLimit }

    /// Takes in `line`, with its newline; drops the oldest lines when there is no room. Returns whether nobody is writing,
    /// so that the caller must begin.
    mutating func put(_ line: [UInt8]) -> Bool {
        lines.append(line)
        byteCount += line.count
        while byteCount > byteLimit, lines.count > 1 { dropOldest() }
        defer { isBeingWritten = true }
        return !isBeingWritten
    }

    /// What to write now; nil when there is nothing, and nobody writes from then on.
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

    /// Of `batch` and the `prefix` bytes before its lines, `count` bytes were written. Lines that are not whole are lost.
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

    /// Drops all lines that wait but the newest.
    mutating func keepNewest() {
        while lines.count > 1 { dropOldest() }
    }

    private mutating func dropOldest() {
        guard let oldest = lines.popFirst() else { return }
        byteCount -= oldest.count
        dropped += 1
    }
}
