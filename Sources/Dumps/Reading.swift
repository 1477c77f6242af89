import Bytes

/// One way to read a line as a line of a dump: an address, unless it has none, and words of one form.
///
/// A line can often be read in several ways. Which one is right shows in its text column, or in the address of the next
/// line.
struct Reading {
    /// What follows the words.
    enum Ending: Int {
        /// Something that looks like another word.
        case broken
        /// A symbol, as `dps` prints it, or a text that does not show the bytes.
        case comment
        /// Nothing.
        case nothing
        /// A text column that shows the bytes.
        case text
    }

    let address: DumpAddress?
    let form: WordForm
    /// The bytes, in the order of the digits. The last word may have fewer bytes than the others.
    let bytes: [UInt8]
    let ending: Ending
    /// The byte orders in which the text column shows the words; empty without one.
    let shownOrders: Set<ByteOrder>
    /// Whether question marks follow: memory that the debugger could not read.
    let isUnreadable: Bool

    init(
        _ address: DumpAddress?, _ form: WordForm, _ bytes: [UInt8], _ ending: Ending,
        shownOrders: Set<ByteOrder> = [], isUnreadable: Bool = false
    ) {
        (self.address, self.form, self.bytes, self.ending) = (address, form, bytes, ending)
        (self.shownOrders, self.isUnreadable) = (shownOrders, isUnreadable)
    }

    /// Maximum number of words of a line. Longer lines are not read as those of a dump with addresses.
    static let maxWords = 1024

    /// The ways to read `line` with an address, the likeliest first.
    ///
    /// A prompt, a time or the mark of a quote may precede the address: it can begin after any character that is
    /// neither a letter nor a digit.
    static func addressed(_ line: Span<UInt8>) -> [Reading] {
        var readings: [Reading] = []
        var starts = 0
        for place in line.indices where line.isStart(place) {
            starts += 1
            if starts > 16 || readings.count >= 6 { break }
            guard let address = DumpAddress(line, at: place), address.end < line.count else { continue }
            // Only the text column can show that something short is an address; objdump begins lines with it.
            guard starts == 1 || address.fits(wordAt: address.end, line) else { continue }
            let whole = LineWords(line, from: address.end)?.readings(line, address) ?? []
            readings += whole
            // Nothing behind it is an address.
            if whole.first?.ending == .text || whole.first?.ending == .nothing && address.hasSign { break }
            readings += LineWords(line, partAt: address.end)?.readings(line, address) ?? []
        }
        // The sort is stable: the leftmost address is the likeliest.
        return readings.sorted { $0.ending.rawValue > $1.ending.rawValue }
    }

    /// The way to read `line` from `start` on without an address; nil unless all of it is words, or words and text.
    static func plain(_ line: Span<UInt8>, from start: Int) -> Reading? {
        guard let reading = LineWords(line, from: start)?.readings(line, nil).first else { return nil }
        return reading.isClean && !reading.isUnreadable && reading.form.radix == 16 ? reading : nil
    }

    /// Whether the line is nothing but address, words and text.
    var isClean: Bool { ending == .nothing || ending == .text }
}

extension Span<UInt8> {
    /// Whether an address may begin at `place`.
    fileprivate func isStart(_ place: Int) -> Bool {
        guard self[place].hexValue != nil else { return false }
        if place == 0 { return true }
        let before = self[place - 1]
        return !before.isLetterOrDigit && before != .backtick && before != UInt8(ascii: "_")
            && (before < 0x80 || before == .box)
    }
}
