import Bytes

/// The words at the beginning of a line, after its address: as many of the same form as there are.
///
/// They may include the beginning of a text column that looks like words.
struct LineWords {
    /// Whether only a text column makes this a line of a dump.
    private let needsText: Bool
    private let form: WordForm
    /// The bytes, in the order of the digits.
    private var bytes: [UInt8] = []
    /// The position after each word.
    private var ends: [Int] = []
    /// The numbers of words before a gap that is wider than the first one.
    private var wideGaps: [Int] = []
    /// A last word with fewer digits than the others, as xxd writes it: its bytes, and the position after it.
    private var rest: Part?

    /// The words from `start` on; nil if there are none.
    init?(_ line: Span<UInt8>, from start: Int) {
        guard start < line.count else { return nil }
        if line[start] == UInt8(ascii: "?") {
            (form, ends, needsText) = (.byte, [start], false)
            return
        }
        guard let first = Word(line, at: start) else { return nil }
        (form, needsText) = (first.form, false)
        append(first)
        var usual = 0
        while ends.count < Reading.maxWords {
            let gap = line.endOfGap(from: lastEnd) - lastEnd
            guard gap > 0 else { return }
            if ends.count == 1 { usual = gap }
            // Columns of decimal bytes are padded with blanks, those of hex bytes never.
            if usual > 1, form.digits == 2 { return }
            guard let word = Word(line, at: lastEnd + gap), word.form == form else {
                rest = Part(line, at: lastEnd + gap).flatMap { $0.bytes.count < form.size ? $0 : nil }
                return
            }
            if gap > usual { wideGaps.append(ends.count) }
            append(word)
        }
    }

    /// The only word of the last line, which may be shorter than the words before it; nil if no word begins at `start`.
    init?(_ line: Span<UInt8>, partAt start: Int) {
        guard let part = Part(line, at: start) else { return nil }
        let size = part.bytes.count
        form = WordForm(digits: 2 * size, size: size, radix: 16, hasPrefix: false, hasTick: false)
        (bytes, ends, needsText) = (part.bytes, [part.end], true)
    }

    private mutating func append(_ word: Word) {
        word.append(to: &bytes)
        ends.append(word.end)
    }

    private var lastEnd: Int { ends.last ?? 0 }
    private var isUnreadable: Bool { bytes.isEmpty }

    /// The ways to read the line, the likeliest first.
    func readings(_ line: Span<UInt8>, _ address: DumpAddress?) -> [Reading] {
        let withText = readingWithText(line, address)
        if needsText { return [withText].compactMap { $0 } }
        let readings = withText.map { [$0] } ?? readingsWithoutText(line, address)
        return readings.filter { reading in
            guard let address else { return true }
            return reading.ending == .text || reading.bytes.isEmpty || address.fits(form)
        }
    }

    private func readingWithText(_ line: Span<UInt8>, _ address: DumpAddress?) -> Reading? {
        if isUnreadable { return nil }
        if let rest, let reading = reading(line, address, bytes + rest.bytes, before: rest.end) { return reading }
        // The text of sixteen bytes can look like six words.
        let counts = stride(from: ends.count, through: max(1, ends.count - 16), by: -1)
        for count in Array(counts) + wideGaps.prefix(8) {
            if let reading = reading(line, address, Array(bytes.prefix(count * form.size)), before: ends[count - 1]) {
                return reading
            }
        }
        return nil
    }

    /// A reading with a text column from `end` on; nil unless it shows `bytes`.
    private func reading(
        _ line: Span<UInt8>, _ address: DumpAddress?, _ bytes: [UInt8], before end: Int
    ) -> Reading? {
        let shown = ByteOrder.allCases.filter { line.shows(form.arrange(bytes, $0), from: end) }
        return shown.isEmpty ? nil : Reading(address, form, bytes, .text, shownOrders: Set(shown))
    }

    private func readingsWithoutText(_ line: Span<UInt8>, _ address: DumpAddress?) -> [Reading] {
        let next = line.skipGap(from: lastEnd)
        if next == line.count { return [Reading(address, form, bytes, .nothing)] }
        if line[next] == UInt8(ascii: "?") {
            return [Reading(address, form, bytes, .nothing, isUnreadable: true)]
        }
        let digits = Digits(line, at: next)
        let isWord = digits.count > 0 && (digits.end == line.count || line[digits.end].isBlank)
        // Symbols follow only pointers, and a text column is apart.
        let isComment = !isWord && (form.size >= 4 || next - lastEnd > 1)
        return [Reading(address, form, bytes, isComment ? .comment : .broken)]
            + wideGaps.suffix(3).map { Reading(address, form, Array(bytes.prefix($0 * form.size)), .comment) }
    }
}

/// A part of a word: up to seven bytes, two hex digits for each.
private struct Part {
    let bytes: [UInt8]
    /// The position after it.
    let end: Int

    init?(_ line: Span<UInt8>, at start: Int) {
        let digits = Digits(line, at: start)
        guard !digits.hasPrefix, !digits.hasTick, digits.count < 16,
            let bytes = [UInt8](hexPairs: line.digits(in: digits.range)), !bytes.isEmpty
        else { return nil }
        (self.bytes, end) = (bytes, digits.end)
    }
}

extension Span<UInt8> {
    /// The position of the next word after one that ends at `end`: after blanks and bars, or a hyphen between them.
    fileprivate func endOfGap(from end: Int) -> Int {
        end < count && self[end] == .hyphen ? end + 1 : skipGap(from: end)
    }
}
