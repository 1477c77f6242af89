/// The content of one line of a dump.
struct HexDumpLine {
    /// How to interpret the digits of a unit of several bytes.
    enum Order {
        /// In the order as written: xxd, plain digits.
        case asWritten
        /// As a little-endian number: debuggers.
        case littleEndian
        /// Either one: the line gives no indication.
        case unknown
    }

    var address: UInt64?
    /// The digits of each unit, without prefix and backtick.
    var units: [Substring] = []
    var order = Order.asWritten

    /// Parses `line`; nil for a line without content: it is empty, a comment or a prompt.
    init?(_ line: Substring) throws(HexDumpFault) {
        var rest = line.trimmed
        if rest.isEmpty || rest.hasPrefix("#") || rest.hasPrefix("//") || rest.isPrompt { return nil }
        var isColoned = false
        if let (address, behind) = rest.colonAddress {
            (self.address, rest, isColoned) = (address, behind, true)
        } else if let (address, behind) = try rest.plainAddress() {
            (self.address, rest) = (address, behind)
        }
        let columns = rest.columns(isAddressed: address != nil)
        for token in columns {
            if !token.isEmpty, token.allSatisfy({ $0 == "?" || $0 == "`" }) {
                throw HexDumpFault(detail: "memory that could not be read (\(token))")
            }
            guard let unit = Unit(token) else { throw HexDumpFault(detail: "\"\(token.prefix(40))\" is not hex") }
            if unit.digits.isEmpty { continue }
            if let first = units.first, first.utf8.count != unit.digits.utf8.count, address != nil || unit.isNumber {
                throw HexDumpFault(detail: "\"\(token)\" has another number of digits than \"\(first)\"")
            }
            units.append(unit.digits)
            if unit.isNumber { order = .littleEndian }
        }
        if order != .littleEndian, units.contains(where: { $0.utf8.count > 2 }) {
            if address != nil, !isColoned {
                order = .littleEndian
            } else if address == nil, let first = units.first, units.count > 1, [4, 8, 16].contains(first.utf8.count),
                units.allSatisfy({ $0.utf8.count == first.utf8.count })
            {
                order = .unknown
            }
        }
    }

    /// The bytes of the line; the units of a little-endian line are reversed.
    func bytes(littleEndian: Bool) -> [UInt8] {
        units.flatMap { unit -> [UInt8] in
            let bytes = [UInt8](hexPairs: unit.utf8) ?? []
            return littleEndian ? bytes.reversed() : bytes
        }
    }

    /// One token of the data column.
    private struct Unit {
        let digits: Substring
        /// Whether it is written as a number: with 0x or a backtick.
        let isNumber: Bool

        /// Nil unless the token is an even number of hex digits, optionally with `0x` before or a comma after them.
        init?(_ token: Substring) {
            var text = token
            while let last = text.last, ",;{}".contains(last) { text = text.dropLast() }
            while let first = text.first, "{".contains(first) { text = text.dropFirst() }
            let hasPrefix = text.hasPrefix("0x") || text.hasPrefix("0X")
            if hasPrefix { text = text.dropFirst(2) }
            let hasTick = text.utf8.count == 17 && text.dropFirst(8).first == "`"
            if hasTick { text = text.prefix(8) + text.suffix(8) }
            guard text.isHex, text.utf8.count.isMultiple(of: 2), !hasPrefix || !text.isEmpty else { return nil }
            digits = text
            isNumber = hasTick || hasPrefix && [4, 8, 16].contains(text.utf8.count)
        }
    }
}

extension Substring {
    var trimmed: Substring {
        var text = drop { $0.isBlank }
        while let last = text.last, last.isBlank { text = text.dropLast() }
        return text
    }

    fileprivate var isHex: Bool { utf8.allSatisfy { $0.hexValue != nil } }

    /// A debugger's prompt and the command after it: `0: kd> db rcx`.
    fileprivate var isPrompt: Bool {
        guard let end = firstIndex(of: ">") else { return false }
        return self[..<end].utf8.count < 24 && !self[..<end].contains("<")
    }

    /// `00000010:` of xxd, `0x7ffe0010 <symbol+16>:` of gdb.
    fileprivate var colonAddress: (UInt64, Substring)? {
        var text = prefix { !$0.isBlank && $0 != ":" && $0 != "<" }
        var behind = dropFirst(text.count).trimmed
        if behind.hasPrefix("<"), let end = behind.firstIndex(of: ">") { behind = behind[end...].dropFirst() }
        if text.hasPrefix("0x") { text = text.dropFirst(2) }
        let digits = text.filter { $0 != "`" }
        guard behind.hasPrefix(":"), let address = UInt64(hexDigits: digits.utf8) else { return nil }
        return (address, behind.dropFirst())
    }

    /// An address without a colon: followed by two spaces, or with more digits than the next token.
    fileprivate func plainAddress() throws(HexDumpFault) -> (UInt64, Substring)? {
        let first = prefix { !$0.isBlank }
        let behind = dropFirst(first.count)
        let data = behind.trimmed
        let second = data.prefix { !$0.isBlank && $0 != "-" }
        let digits = first.filter { $0 != "`" }
        guard !data.isEmpty, [8, 16].contains(digits.utf8.count), let address = UInt64(hexDigits: digits.utf8) else {
            return nil
        }
        let gap = behind.prefix { $0.isBlank }
        let isApart = gap.count > 1 || gap.contains("\t")
        // `dq` with collapsed spaces: an address and two units.
        let isFolded = first.contains("`") && data.split(whereSeparator: \.isBlank).count == 2 && second.contains("`")
        return isApart || digits.utf8.count > second.filter { $0 != "`" }.utf8.count || isFolded
            ? (address, behind) : nil
    }

    /// The tokens of the data column, without any text after it.
    fileprivate func columns(isAddressed: Bool) -> [Substring] {
        var tokens: [Substring] = []
        var rest = self
        while true {
            let gap = rest.prefix { $0.isBlank }.count
            rest = rest.drop { $0.isBlank }
            if rest.isEmpty { return tokens }
            if isAddressed, !tokens.isEmpty {
                // `hexdump -C` leaves two spaces in the middle of a line.
                let isMiddle = gap == 2 && tokens.count == 8 && tokens[0].utf8.count == 2
                if rest.hasPrefix("|") || gap > 2 || gap == 2 && !isMiddle { return tokens }
            }
            let token = rest.prefix { !$0.isBlank && $0 != "-" }
            rest = rest.dropFirst(token.count)
            // `db` has a hyphen in the middle of a line.
            if rest.hasPrefix("-") { rest = rest.dropFirst() }
            tokens.append(token)
        }
    }
}

extension Character {
    var isBlank: Bool { self == " " || self == "\t" || self == "\r" || self == "\u{A0}" }
}
