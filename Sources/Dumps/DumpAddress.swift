import Bytes

/// The address at the beginning of a line, which may be hex, decimal or octal: od writes octal ones.
struct DumpAddress {
    /// A base of the digits of addresses.
    enum Radix: UInt64, CaseIterable {
        case hex = 16
        case decimal = 10
        case octal = 8
    }

    /// The value of the digits in hex.
    let hex: UInt64
    private let decimal: UInt64?
    private let octal: UInt64?
    let digits: Int
    /// Whether it has `0x` in front.
    let hasPrefix: Bool
    /// Whether it has a backtick within, as WinDbg writes 64 bits.
    let hasTick: Bool
    /// Whether a colon follows, or `#` precedes it.
    let hasSign: Bool
    /// Whether `#` precedes it, or a colon or more than one blank follows.
    let isApart: Bool
    /// Whether a colon and a tab follow, as in gdb.
    let hasTab: Bool
    /// The position of the first word.
    let end: Int

    /// The address that begins at `start`, with a blank or the end of the line after it; nil if there is none.
    init?(_ line: Span<UInt8>, at start: Int) {
        let text = Digits(line, at: start)
        guard 1...16 ~= text.count, let hex = line.number(in: text.range, radix: 16) else { return nil }
        let isPlain = !text.hasPrefix && !text.hasTick
        self.hex = hex
        decimal = isPlain ? line.number(in: text.range, radix: 10) : nil
        // od writes seven digits. Others could be hex addresses, of which some are missing.
        octal = isPlain && text.count == 7 ? line.number(in: text.range, radix: 8) : nil
        (digits, hasPrefix, hasTick) = (text.count, text.hasPrefix, text.hasTick)

        var place = line.skipSymbol(from: text.end)
        let hasColon = place < line.count && line[place] == .colon
        if hasColon { place += 1 }
        let gap = line.skipGap(from: place)
        guard place == line.count || gap > place else { return nil }
        hasTab = hasColon && place < line.count && line[place] == UInt8(ascii: "\t")
        var before = start
        while before > 0, line[before - 1].isBlank { before -= 1 }
        let isNumbered = before > 0 && line[before - 1] == UInt8(ascii: "#")
        hasSign = hasColon || isNumbered
        isApart = hasSign || gap - place > 1 || place < line.count && line[place] != .space
        end = gap
    }

    /// The value of the digits in `radix`; nil if they cannot be of this base.
    subscript(radix: Radix) -> UInt64? {
        switch radix {
        case .hex: hex
        case .decimal: decimal
        case .octal: octal
        }
    }

    /// Whether the word at `place` can follow.
    func fits(wordAt place: Int, _ line: Span<UInt8>) -> Bool {
        guard let word = Word(line, at: place) else { return isApart }
        return fits(word.form)
    }

    /// Whether lines with words of `form` can have this address, as far as it looks.
    func fits(_ form: WordForm) -> Bool {
        // In gdb's columns, numbers without 0x are not hex.
        if hasTab, !form.hasPrefix { return false }
        // Otherwise the first word of a line without an address could be one. Windows uses no addresses below 64 KiB.
        if digits == form.digits, !isApart { return hex >= 1 << 16 }
        return hasSign || hasTick || hasPrefix && !form.hasPrefix || digits >= 6 || digits > form.digits && isApart
    }
}

extension Span<UInt8> {
    /// The position of the first character from `start` on that is neither blank nor a bar.
    func skipGap(from start: Int) -> Int {
        var place = start
        while place < count, self[place].isBlank || self[place].isBar { place += 1 }
        return place
    }

    /// The position after a symbol such as ` <buffer+16>` at `start`; `start` if there is none.
    fileprivate func skipSymbol(from start: Int) -> Int {
        let open = skipBlanks(from: start)
        guard open < count, self[open] == UInt8(ascii: "<") else { return start }
        var place = open
        while place < count {
            if self[place] == UInt8(ascii: ">") { return place + 1 }
            place += 1
        }
        return start
    }
}
