/// Finds the dumps with addresses in a text, line by line.
struct AddressedReader {
    private let expectation: Expectation
    private var dumps: [AddressedRun] = []
    /// The last dump, which a line may still continue.
    private var open: AddressedRun?
    /// Lines after it that may be the beginning of another dump, or have nothing to do with one.
    private var candidate: AddressedRun?
    private var bytesLeft = Dump.maxBytes

    init(_ expectation: Expectation) { self.expectation = expectation }

    /// Reads a line, whose number is `number`.
    mutating func read(_ line: Span<UInt8>, _ number: Int) throws(DumpFault) {
        let start = line.skipQuoteMarks
        if start == line.count { return }
        if line[start] == UInt8(ascii: "*"), line.skipBlanks(from: start + 1) == line.count {
            candidate?.repeat(number)
            open?.repeat(number)
            return
        }
        if let address = DumpAddress(line, at: start), address.end == line.count {
            return try readEnd(address, number)
        }
        let readings = Reading.addressed(line)
        if readings.isEmpty { return }
        let next = AddressedRun(readings, number, expectation)
        let isNew = next?.header(expectation) != nil && open?.isWhole(expectation) == true
        if !isNew, try open?.append(readings, number, &bytesLeft) == true { return dropCandidate() }
        if try candidate?.append(readings, number, &bytesLeft) != true {
            dropCandidate()
            candidate = next
        }
        openCandidate()
        guard dumps.count < Dump.maxCount else { throw DumpFault.tooManyDumps(number) }
    }

    /// Reads a line that is only an address: the end of a dump, or a number.
    private mutating func readEnd(_ address: DumpAddress, _ number: Int) throws(DumpFault) {
        if try candidate?.end(address, number, &bytesLeft) == true { return openCandidate() }
        _ = try open?.end(address, number, &bytesLeft)
    }

    /// Makes the candidate the last dump if it is one.
    private mutating func openCandidate() {
        guard let candidate, candidate.isDump(expectation) || open?.resembles(candidate) == true else { return }
        self.candidate = nil
        if open?.hasGap(before: candidate, expectation) == true {
            open?.take(candidate)
        } else {
            if let open { dumps.append(open) }
            open = candidate
        }
    }

    private mutating func dropCandidate() {
        bytesLeft += candidate?.words.count ?? 0
        candidate = nil
    }

    /// The dumps, after the last line.
    mutating func finish() -> [AddressedRun] {
        if let open { dumps.append(open) }
        open = nil
        return dumps
    }
}
