/// Finds the dumps without addresses in a text, line by line.
///
/// Nothing says where such a dump continues. So it ends with the first line that is not part of it, except blank ones and
/// comments.
struct PlainReader {
    private let expectation: Expectation
    /// Whether the text has no dumps with addresses.
    private let isAlone: Bool
    private var dumps: [PlainRun] = []
    /// The lines before this one that may be a dump.
    private var run: PlainRun?
    /// A run that is a dump only if there is nothing else in the text.
    private var remainder: PlainRun?
    private var hasText = false
    /// The line after the last dump that is not part of one.
    private var textLine: Int?
    private var hasBlank = false
    private var bytesLeft = Dump.maxBytes

    init(_ expectation: Expectation, isAlone: Bool) {
        self.expectation = expectation
        self.isAlone = isAlone
    }

    /// Reads a line, whose number is `number`.
    mutating func read(_ line: Span<UInt8>, _ number: Int) throws(DumpFault) {
        let start = line.skipQuoteMarks
        if start == line.count { return hasBlank = true }
        // Base64 can look like a comment.
        if run?.style != .base64, line.isComment(at: start) { return }
        guard let next = PlainLine(line, from: start, after: run?.style) else { return interrupt(number) }
        if let run, run.style == next.style, !run.isEnded, !next.isNumber, !begins(with: next, number, after: run) {
            self.run?.append(next, number)
        } else {
            close()
            guard next.isEvident else { return interrupt(number) }
            run = PlainRun(next, number)
        }
        hasBlank = false
        guard run?.count ?? 0 <= bytesLeft else { throw DumpFault.tooManyBytes(number) }
        guard dumps.count < Dump.maxCount else { throw DumpFault.tooManyDumps(number) }
    }

    /// Notes that a line is not part of a dump without addresses.
    mutating func interrupt(_ number: Int) {
        close()
        textLine = textLine ?? number
        hasText = true
    }

    /// Whether a dump begins with `line`, although it could continue `run`.
    private func begins(with line: PlainLine, _ number: Int, after run: PlainRun) -> Bool {
        let isWhole = run.isWhole(expectation)
        // What looks different behind a message is not part of its memory.
        if isWhole == true, hasBlank || !run.resembles(line) { return true }
        return PlainRun(line, number).header(expectation) != nil && (hasBlank || isWhole != false)
    }

    /// Decides whether the lines before are a dump.
    private mutating func close() {
        guard let run else { return }
        self.run = nil
        if run.header(expectation) != nil {
            add(run)
        } else if let last = dumps.last, last.isWhole(expectation) == false, last.resembles(run), let textLine {
            dumps[dumps.count - 1].note(unreadable: textLine)
        } else if !expectation.hasHeader, isAlone, run.isPlausible {
            add(run)
        } else {
            remainder = run
        }
    }

    private mutating func add(_ run: PlainRun) {
        bytesLeft -= run.count
        dumps.append(run)
        textLine = nil
    }

    /// The dumps and their first lines, after the last line of the text.
    mutating func finish() -> [(line: Int, dump: Result<Dump, DumpFault>)] {
        close()
        if isAlone, !hasText, dumps.isEmpty, let remainder, remainder.isDumpAlone(expectation) { dumps = [remainder] }
        return dumps.map { ($0.lines.lowerBound, $0.dump(expectation)) }
    }
}
