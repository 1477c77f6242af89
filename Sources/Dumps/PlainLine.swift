import Bytes

/// A line of a dump without addresses.
struct PlainLine {
    /// How bytes are written. The lines of a dump are all alike.
    enum Style {
        /// As words, or as digits that are spaced in any way.
        case digits
        /// As a list of numbers, or as a string with escapes, in a program's source.
        case literal
        /// In base64, whose digits are in `base64`.
        case base64
    }

    let style: Style
    /// The words. Without words, their form is that of single bytes.
    let reading: Reading
    /// Whether the digits are spaced in different ways.
    private(set) var isMixed = false
    /// Whether it begins with 0x, so that it does not continue another line: SQL and others write all bytes as one number.
    private(set) var isNumber = false
    /// Whether commas separate the digits, which could be decimal ones.
    private(set) var isList = false
    /// Whether it can begin a dump: digits, or a literal with escapes.
    private(set) var isEvident = true
    /// Whether it has a digit that is not a letter. Words of English have none.
    private(set) var hasDecimalDigit = false
    private(set) var base64: [UInt8] = []

    /// The line, whose first character that is neither a blank nor the mark of a quote is at `start`; nil for other text.
    ///
    /// - Parameter style: the style of the line before, if that is a line of a dump.
    init?(_ line: Span<UInt8>, from start: Int, after style: Style?) {
        var end = line.count
        while end > start, line[end - 1].isBlank { end -= 1 }
        let text = line.extracting(start..<end)
        // The end of a base64 text can look like hex.
        if style == .base64, let base64 = PlainLine(base64: text) {
            self = base64
        } else if let digits = PlainLine(digits: text) {
            self = digits
        } else if let literal = SourceLiteral(text) {
            (self.style, reading, isEvident) = (.literal, literal.reading, literal.isEvident)
        } else if let reading = Reading.plain(text, from: 0) {
            (self.style, self.reading) = (.digits, reading)
        } else if let base64 = PlainLine(base64: text) {
            self = base64
        } else {
            return nil
        }
        hasDecimalDigit = text.indices.contains { text[$0].isDigit }
    }

    /// Pairs of hex digits: words, a long number, or bytes with commas, colons or hyphens in between.
    private init?(digits text: Span<UInt8>) {
        var bytes: [UInt8] = []
        var form: WordForm?
        var separators: [UInt8] = []
        var (place, first) = (0, 0)
        while place < text.count {
            let digits = Digits(text, at: place)
            guard digits.count > 0, !digits.hasPrefix || place == 0 && digits.count > 16,
                let word = [UInt8](hexPairs: text.digits(in: digits.range))
            else { return nil }
            bytes += word
            if first == 0 {
                first = digits.count
                form = WordForm(digits: first, hasTick: digits.hasTick)
            } else if first != digits.count {
                form = nil
            }
            let next = text.skipSeparator(from: digits.end)
            guard next > digits.end else {
                if next < text.count { return nil }
                break
            }
            separators.append(text[digits.end])
            place = next
        }
        // Lists, times and dates have separators, too.
        let kinds = Set(separators.filter { !$0.isBlank })
        if kinds.contains(.hyphen), form == nil { return nil }
        if kinds.contains(.comma) || kinds.contains(.colon),
            kinds.count > 1 || form != .byte || separators.contains(where: \.isBlank)
        {
            return nil
        }
        if form?.radix != 16 { form = nil }
        (style, isMixed, isList) = (.digits, form == nil, kinds.contains(.comma))
        isNumber = text.hasPrefix(at: 0)
        reading = Reading(nil, form ?? .byte, bytes, .nothing)
    }

    private init?(base64 text: Span<UInt8>) {
        guard text.count.isMultiple(of: 4), text.count >= 4 else { return nil }
        for place in text.indices
        where !text[place].isBase64 && !(place >= text.count - 2 && text[place] == UInt8(ascii: "=")) {
            return nil
        }
        (style, reading) = (.base64, Reading(nil, .byte, [], .nothing))
        base64 = text.digits(in: text.indices)
    }
}

extension Span<UInt8> {
    /// The position of what follows the separator at `start`: a colon or a hyphen before a digit, a comma, or blanks.
    fileprivate func skipSeparator(from start: Int) -> Int {
        guard start < count else { return start }
        let isJoint = self[start] == .colon || self[start] == .hyphen
        if isJoint, start + 1 < count, self[start + 1].hexValue != nil { return start + 1 }
        return skipBlanks(from: self[start] == .comma ? start + 1 : start)
    }
}

extension UInt8 {
    fileprivate var isBase64: Bool { isLetterOrDigit || self == UInt8(ascii: "+") || self == UInt8(ascii: "/") }
}
