import Bytes

/// Bytes in a line of a program's source, or of a debugger that prints a variable: `{0x5d, 0x00}`, `"\x5d\x00"`,
/// `b']\x00'`.
struct SourceLiteral {
    /// The bytes of all numbers and strings, in the order of their digits.
    private(set) var bytes: [UInt8] = []
    /// The form of the numbers; nil if there are only strings and single bytes.
    private var form: WordForm?
    /// Whether there are numbers, or escapes of numbers. Without them, a string can be any text.
    private(set) var isEvident = false
    private var arePadded = false
    private var areUnpadded = false
    /// The number of bytes of the last number or string, which gdb may repeat.
    private var lastSize = 0

    /// Maximum number of bytes for each character of the line, so that reading it takes no longer than its size allows.
    private static let maxGrowth = 8

    /// Reads a line: anything at first, then nothing but numbers and strings. Nil if there are none, or anything else.
    init?(_ text: Span<UInt8>) {
        guard var place = text.startOfLiteral else { return nil }
        while true {
            place = text.skipPunctuation(from: place)
            if place >= text.count || text.isComment(at: place) { break }
            let count = bytes.count
            if let end = readRepetition(text, at: place) {
                place = end
                continue
            }
            guard let end = readNumber(text, at: place) ?? readString(text, at: place) else { return nil }
            lastSize = bytes.count - count
            place = end
        }
        if bytes.isEmpty { return nil }
    }

    /// The words, or bytes, of the line.
    var reading: Reading { Reading(nil, form ?? .byte, bytes, .nothing) }

    /// Reads `0x5d` or `0x0`, which are bytes, or a word with leading zeros; the position after it, or nil.
    private mutating func readNumber(_ text: Span<UInt8>, at place: Int) -> Int? {
        guard text.hasPrefix(at: place) else { return nil }
        let digits = Digits(text, at: place)
        let number = text.digits(in: digits.range)
        guard let word = [UInt8](hexPairs: number.count == 1 ? [UInt8(ascii: "0")] + number : number) else {
            return nil
        }
        if word.count > 1 {
            guard let form = WordForm(digits: number.count, hasPrefix: true) else { return nil }
            if bytes.isEmpty { self.form = form }
            if self.form != form { return nil }
        } else if form != nil {
            return nil
        }
        // Numbers have leading zeros, or none has.
        if number.count == 1 { areUnpadded = true } else if number[0] == UInt8(ascii: "0") { arePadded = true }
        if areUnpadded, arePadded { return nil }
        bytes += word
        isEvident = true
        return digits.end
    }

    /// Reads a string or a character in quotation marks; the position after it, or nil.
    private mutating func readString(_ text: Span<UInt8>, at place: Int) -> Int? {
        let start = text.isBytesPrefix(at: place) ? place + 1 : place
        guard form == nil, start < text.count, text[start].isQuote else { return nil }
        var content: [UInt8] = []
        var hasEscapes = false
        var next = start + 1
        while next < text.count, text[next] != text[start] {
            if text[next] == UInt8(ascii: "\\") {
                guard let (byte, end, isNumeric) = text.escape(at: next) else { return nil }
                content.append(byte)
                if isNumeric { isEvident = true }
                (next, hasEscapes) = (end, true)
            } else {
                guard text[next] < 0x80 else { return nil }
                content.append(text[next])
                next += 1
            }
        }
        guard next < text.count else { return nil }
        // Digits in quotation marks: of binascii.hexlify, or of a list of strings.
        let digits = content.starts(with: Array("0x".utf8)) ? content.dropFirst(2) : content[...]
        let padded = digits.count == 1 ? [UInt8(ascii: "0")] + digits : Array(digits.filter { $0 != .space })
        if !hasEscapes, let number = [UInt8](hexPairs: padded), digits.count < content.count || number.count >= 4 {
            (content, isEvident) = (number, true)
        }
        bytes += content
        return next + 1
    }

    /// Reads `<repeats 14 times>` of gdb; the position after it, or nil.
    private mutating func readRepetition(_ text: Span<UInt8>, at place: Int) -> Int? {
        guard let start = text.end(of: "<repeats ", at: place) else { return nil }
        var end = start
        while end < text.count, text[end].isDigit { end += 1 }
        guard let times = text.extracting(start..<end).decimal(maxDigits: 7),
            let behind = text.end(of: " times>", at: end),
            lastSize > 0, times > 1,
            bytes.count + Int(times) * lastSize <= min(Dump.maxBytes, SourceLiteral.maxGrowth * text.count)
        else { return nil }
        // A slice would share the storage, which would be copied then.
        let last = Array(bytes.suffix(lastSize))
        for _ in 1..<times { bytes += last }
        lastSize = 0
        return behind
    }
}

extension Span<UInt8> {
    /// The position of the first number in hex, or of the first string.
    fileprivate var startOfLiteral: Int? {
        for place in indices where self[place].isQuote || hasPrefix(at: place) {
            if self[place].isQuote { return place > 0 && isBytesPrefix(at: place - 1) ? place - 1 : place }
            return canPrecedeNumbers(place) ? place : nil
        }
        return nil
    }

    /// Whether numbers can begin at `place`: at the beginning of the line, in brackets, or as a list after an equals sign.
    private func canPrecedeNumbers(_ place: Int) -> Bool {
        var end = place
        while end > 0, self[end - 1].isBlank { end -= 1 }
        guard end > 0 else { return true }
        let isList = self[end - 1] == UInt8(ascii: "=") && firstIndex(of: UInt8(ascii: ",")) != nil
        return isList || Array("{[(".utf8).contains(self[end - 1])
    }

    /// Whether the `b` of Python's bytes is at `place`, directly before a quotation mark.
    fileprivate func isBytesPrefix(at place: Int) -> Bool {
        self[place] | 0x20 == UInt8(ascii: "b") && place + 1 < count && self[place + 1].isQuote
            && (place == 0 || !self[place - 1].isLetterOrDigit)
    }

    /// The position of the next number or string: after blanks, commas, brackets and what else separates them.
    fileprivate func skipPunctuation(from start: Int) -> Int {
        let punctuation = Array(",;+\\()[]{}".utf8)
        var place = start
        while place < count, self[place].isBlank || punctuation.contains(self[place]) { place += 1 }
        // gdb's sign that it does not print all.
        return end(of: "...", at: place) ?? place
    }

    func isComment(at place: Int) -> Bool {
        self[place] == UInt8(ascii: "#") || end(of: "//", at: place) != nil || end(of: "/*", at: place) != nil
    }

    /// The position after `word`; nil unless it is at `place`.
    fileprivate func end(of word: StaticString, at place: Int) -> Int? {
        let end = place + word.utf8CodeUnitCount
        guard end <= count, extracting(place..<end).isEqual(to: word) else { return nil }
        return end
    }

    /// The byte that a backslash at `place` begins, the position after it, and whether it is written as a number. Nil if C
    /// and Python have no such escape.
    fileprivate func escape(at place: Int) -> (byte: UInt8, end: Int, isNumeric: Bool)? {
        guard place + 1 < count else { return nil }
        let kind = self[place + 1]
        if kind == UInt8(ascii: "x") {
            let end = endOfDigits(from: place + 2)
            // Two digits, as all programs write them; hex digits after them are characters.
            guard end >= place + 4, let byte = number(in: place + 2..<place + 4, radix: 16) else { return nil }
            return (UInt8(truncatingIfNeeded: byte), place + 4, true)
        }
        if 0x30...0x37 ~= kind {
            var end = place + 2
            while end < Swift.min(count, place + 4), 0x30...0x37 ~= self[end] { end += 1 }
            guard let byte = number(in: place + 1..<end, radix: 8), byte < 0x100 else { return nil }
            return (UInt8(truncatingIfNeeded: byte), end, true)
        }
        guard let index = Array("abtnvfre\\'\"".utf8).firstIndex(of: kind) else { return nil }
        return ([7, 8, 9, 10, 11, 12, 13, 27, 0x5C, 0x27, 0x22][index], place + 2, false)
    }
}

extension UInt8 {
    fileprivate var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") }
}
