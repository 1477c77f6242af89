import Bytes

// The characters of a line.
extension Span<UInt8> {
    /// Whether `0x` and a hex digit begin at `place`.
    func hasPrefix(at place: Int) -> Bool {
        place + 2 < count && self[place] == UInt8(ascii: "0") && self[place + 1] | 0x20 == UInt8(ascii: "x")
            && self[place + 2].hexValue != nil
    }

    /// The position after the hex digits from `start` on.
    func endOfDigits(from start: Int) -> Int {
        var end = start
        while end < count, self[end].hexValue != nil { end += 1 }
        return end
    }

    /// The position of the first character from `start` on that is not blank.
    func skipBlanks(from start: Int) -> Int {
        var place = start
        while place < count, self[place].isBlank { place += 1 }
        return place
    }

    /// The position after blanks, and after the `>` of a quote in Markdown or mail.
    var skipQuoteMarks: Int {
        var place = skipBlanks(from: 0)
        while place < count, self[place] == UInt8(ascii: ">") { place = skipBlanks(from: place + 1) }
        return place
    }

    /// The characters in `range` except backticks.
    func digits(in range: Range<Int>) -> [UInt8] { extracting(range).without(.backtick) }

    /// The characters other than `character`.
    func without(_ character: UInt8) -> [UInt8] {
        var rest: [UInt8] = []
        for place in indices where self[place] != character { rest.append(self[place]) }
        return rest
    }

    /// The number that the digits in `range` represent, without backticks; nil if a digit is not of `radix` or the number
    /// has more than 64 bits.
    func number(in range: Range<Int>, radix: UInt64) -> UInt64? {
        var number: UInt64 = 0
        for place in range where self[place] != .backtick {
            guard let digit = self[place].hexValue, digit < radix else { return nil }
            let (product, hasOverflow) = number.multipliedReportingOverflow(by: radix)
            guard !hasOverflow, product <= .max - UInt64(digit) else { return nil }
            number = product + UInt64(digit)
        }
        return number
    }
}
