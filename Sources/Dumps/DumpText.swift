import Bytes

/// A text as the search for dumps sees it: one byte per character.
///
/// Only ASCII matters to a dump. Other characters occur in comments and in its text column, where each stands for one byte.
public struct DumpText: Sendable {
    /// The characters. All that are not ASCII have the value 0x80 or more.
    private var characters: [UInt8] = []
    /// Whether it is UTF-8 or UTF-16, and not only bytes that could be of any code page.
    public private(set) var isUnicode = true

    /// The text of a file's `content`: UTF-8, UTF-16 with a byte order mark, or a code page such as CP-1252.
    ///
    /// Nil if it has control characters other than those of terminals, as every message has. Sequences that color the
    /// output are left out.
    public init?(_ content: [UInt8]) {
        if let order = ByteOrder(mark: content) {
            append(scalarsOf: String(decoding: DumpText.units(content, order), as: UTF16.self))
        } else if content.allSatisfy({ $0 < 0x80 }) {
            characters = content
        } else {
            // Logs of several programs can have lines in different encodings.
            for line in content.split(separator: .newline, omittingEmptySubsequences: false) {
                append(line)
                characters.append(.newline)
            }
        }
        guard characters.allSatisfy({ !$0.isBinaryControl }) else { return nil }
        if characters.contains(.escape) { characters = DumpText.withoutColors(characters) }
    }

    /// The text of a string, for tests; nil if it has control characters.
    public init?(_ text: String) { self.init(Array(text.utf8)) }

    private mutating func append(_ line: ArraySlice<UInt8>) {
        if let text = String(validating: line, as: UTF8.self) {
            append(scalarsOf: text)
        } else {
            characters += line
            isUnicode = false
        }
    }

    private mutating func append(scalarsOf text: String) {
        for scalar in text.unicodeScalars where scalar != "\u{FEFF}" {
            let character: UInt8 =
                switch scalar.value {
                case 0..<0x80: UInt8(scalar.value)
                case 0xA0: .space
                case 0x2500...0x257F: .box
                default: 0x80
                }
            characters.append(character)
        }
    }

    /// The units behind the mark.
    private static func units(_ content: [UInt8], _ order: ByteOrder) -> [UInt16] {
        let highByte = order == .little ? 1 : 0
        return stride(from: 2, to: content.count - 1, by: 2).map {
            UInt16(content[$0 + highByte]) << 8 | UInt16(content[$0 + 1 - highByte])
        }
    }

    /// The characters without the sequences of ECMA-48 that begin with ESC and `[`.
    private static func withoutColors(_ characters: [UInt8]) -> [UInt8] {
        var shown: [UInt8] = []
        var rest = characters[...]
        while let escape = rest.firstIndex(of: .escape) {
            shown += rest[..<escape]
            rest = rest[(escape + 1)...]
            guard rest.first == UInt8(ascii: "[") else { continue }
            rest = rest.dropFirst().drop { 0x20...0x3F ~= $0 }.dropFirst()
        }
        return shown + rest
    }

    /// Calls `body` with each line, without its end, and its number, counted from 1.
    func forEachLine(_ body: (Span<UInt8>, Int) throws(DumpFault) -> Void) throws(DumpFault) {
        let all = characters.span
        var (start, number) = (0, 1)
        for place in all.indices where all[place] == .newline || all[place] == .carriageReturn {
            let isPair = all[place] == .newline && place > 0 && all[place - 1] == .carriageReturn
            if !isPair {
                try body(all.extracting(start..<place), number)
                number += 1
            }
            start = place + 1
        }
        if start < all.count { try body(all.extracting(start..<all.count), number) }
    }
}

extension UInt8 {
    static let backtick = UInt8(ascii: "`")
    static let colon = UInt8(ascii: ":")
    static let comma = UInt8(ascii: ",")
    static let hyphen = UInt8(ascii: "-")
    static let bar = UInt8(ascii: "|")
    static let escape: UInt8 = 0x1B
    /// A character that draws a line.
    static let box: UInt8 = 0x81

    /// Whether this separates columns.
    var isBar: Bool { self == .bar || self == .box }

    /// Whether no text has this character: a control character other than bell, backspace, tab, the ends of lines and
    /// ESC.
    fileprivate var isBinaryControl: Bool { self < 0x07 || 0x0E..<0x20 ~= self && self != .escape || self == 0x7F }

    /// Whether this separates words: any of the white space of a line, and the no-break space of CP-1252.
    var isBlank: Bool { self == .space || 0x07...0x0D ~= self || self == 0xA0 }
}
