import Messages

/// Lines whose addresses are consecutive: each begins where the one before it ends.
struct AddressedRun {
    /// The numbers of its lines, as blocks without other lines in between.
    private(set) var blocks: [ClosedRange<Int>]
    /// The words of all lines but the last.
    var words = DumpedWords()
    /// The ways to read the last line. The address of the next line decides between them.
    var last: [Reading]
    /// The address of the first line.
    var start: DumpAddress
    var base = AddressBase()
    var lineCount = 1
    /// Whether all lines but the last are nothing but address, words and text.
    var isClean = true
    /// Whether a line with nothing but the next address ended it, as od and hexdump do.
    var isEnded = false
    /// The number of bytes that only complete the last word.
    var padding = 0
    /// Whether a `*` followed: lines like the last one were left out.
    var isRepeating = false
    /// The line that has question marks instead of bytes.
    var unreadableLine: Int?
    /// Why it cannot be read.
    var fault: DumpFault?

    /// A run that begins with a line; nil if it cannot begin one.
    init?(_ readings: [Reading], _ line: Int, _ expectation: Expectation) {
        let readings = readings.filter { !$0.bytes.isEmpty }
        let messages = readings.filter { reading in
            var words = DumpedWords()
            words.append(reading)
            return words.header(expectation) != nil
        }
        last = messages.isEmpty ? readings : messages
        // A word of English can look like an address: `add 5d to it`.
        guard let best = last.first, let start = best.address, best.ending != .broken || start.isApart else {
            return nil
        }
        self.start = start
        blocks = [line...line]
        noteBroken()
    }

    /// The likeliest reading of the last line.
    var best: Reading? { last.first }

    /// The number of its bytes.
    private var count: Int { words.count + (best?.bytes.count ?? 0) }

    private var allWords: DumpedWords {
        var all = words
        if let best { all.append(best) }
        return all
    }

    /// The header of the message that it begins with; nil if it does not begin like one.
    func header(_ expectation: Expectation) -> MessageHeader? {
        (words.count >= MessageHeader.byteCount ? words : allWords).header(expectation)
    }

    /// Whether the message that it begins with has all its bytes.
    func isWhole(_ expectation: Expectation) -> Bool {
        guard let size = header(expectation)?.size else { return false }
        return count >= size
    }

    /// Whether it is certain that this is a dump.
    ///
    /// It is one if it begins like a message, or if its addresses are consecutive and nothing follows the words of its
    /// lines. A single line needs a text column or, if nothing begins like a message, a clear address.
    func isDump(_ expectation: Expectation) -> Bool {
        guard let best else { return false }
        if header(expectation) != nil { return true }
        guard isClean, best.isClean else { return false }
        if lineCount > 1 || isEnded { return true }
        if best.ending == .text { return best.bytes.count >= 4 }
        return !expectation.hasHeader && (start.isApart || start.digits != best.form.digits)
    }

    /// Whether a line, which is not part of it, looks like its own: it has a similar address, and words of the same form or
    /// a part of one.
    func resembles(_ line: AddressedRun) -> Bool {
        guard let own = best, let other = line.best, let address = own.address else { return false }
        return line.start.digits == address.digits && line.start.isApart == address.isApart
            && own.form.hasTick == other.form.hasTick && own.form.hasPrefix == other.form.hasPrefix
            && other.form.size <= own.form.size && (other.isClean && address.isApart || isNext(line.firstLine))
    }

    /// Whether lines are missing before `next`: no other text is between them, and it does not begin like a message, although
    /// this one may go on.
    func hasGap(before next: AddressedRun, _ expectation: Expectation) -> Bool {
        isNext(next.firstLine) && !isEnded && !isWhole(expectation) && next.header(expectation) == nil
    }

    /// The number of its first line.
    var firstLine: Int { blocks[0].lowerBound }

    /// The number of its last line.
    var lastLine: Int { blocks[blocks.count - 1].upperBound }

    /// Whether `line` is the one after its last.
    func isNext(_ line: Int) -> Bool { line == lastLine + 1 }

    /// Counts `line`, which is after its last one, as its own.
    mutating func extend(to line: Int) {
        if isNext(line) {
            blocks[blocks.count - 1] = blocks[blocks.count - 1].lowerBound...line
        } else {
            blocks.append(line...line)
        }
    }

    /// The dump, or the reason why it cannot be read.
    func dump(_ expectation: Expectation) -> Result<Dump, DumpFault> {
        func failure(_ detail: String) -> Result<Dump, DumpFault> {
            .failure(DumpFault(line: firstLine, detail: detail))
        }
        let header = header(expectation)
        if let fault { return .failure(fault) }
        if base.isUncertain, header?.size != count - padding {
            return failure("its addresses are octal, or a line is missing after it; od -Ax writes hex ones")
        }
        if lineCount == 1, !isEnded, header == nil, best?.ending != .text, !start.isApart {
            return failure("begins with an address or with data; put a colon after an address")
        }
        guard let (bytes, remark) = allWords.bytes(expectation) else { return failure(DumpFault.unknownOrder) }
        let unreadable = unreadableLine.map { "the debugger could not read the memory that follows (line \($0))" }
        return .success(
            Dump(
                bytes: bytes.dropLast(padding), address: base.value(of: start), line: firstLine,
                remarks: [remark, unreadable].compactMap { $0 }))
    }
}
