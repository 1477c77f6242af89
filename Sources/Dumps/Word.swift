import Bytes

/// A word of a line.
struct Word {
    let form: WordForm
    let value: UInt64
    /// The position after it.
    let end: Int

    /// The word that begins at `start` and ends before a blank, a hyphen, a bar or the end of the line; nil if there is
    /// none.
    init?(_ line: Span<UInt8>, at start: Int) {
        let digits = Digits(line, at: start)
        guard line.endsWord(at: digits.end),
            let form = WordForm(digits: digits.count, hasPrefix: digits.hasPrefix, hasTick: digits.hasTick),
            let value = line.number(in: digits.range, radix: form.radix),
            form.size == 8 || value >> UInt64(8 * form.size) == 0
        else { return nil }
        (self.form, self.value, end) = (form, value, digits.end)
    }

    /// The bytes, in the order of the digits.
    func append(to bytes: inout [UInt8]) {
        for place in (0..<form.size).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
    }
}

/// Hex digits in a line, perhaps with `0x` in front and a backtick within.
struct Digits {
    /// From the first digit to the last, including the backtick.
    let range: Range<Int>
    let hasPrefix: Bool
    let hasTick: Bool

    var count: Int { range.count - (hasTick ? 1 : 0) }
    var end: Int { range.upperBound }

    /// The digits that begin at `start`, possibly none.
    init(_ line: Span<UInt8>, at start: Int) {
        hasPrefix = line.hasPrefix(at: start)
        let first = hasPrefix ? start + 2 : start
        let end = line.endOfDigits(from: first)
        guard first < end, end < line.count, line[end] == .backtick, line.endOfDigits(from: end + 1) == end + 9 else {
            (range, hasTick) = (first..<end, false)
            return
        }
        (range, hasTick) = (first..<end + 9, true)
    }
}

extension Span<UInt8> {
    /// Whether a word can end before `place`.
    fileprivate func endsWord(at place: Int) -> Bool {
        place == count || self[place].isBlank || self[place] == .hyphen || self[place].isBar
    }
}
