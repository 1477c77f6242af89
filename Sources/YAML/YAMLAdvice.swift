/// What to write instead of a text that libyaml refuses, from what it says and the line where it stopped.
struct YAMLAdvice {
    /// libyaml's description, in words that fit the line.
    let problem: String
    /// The advice, with a semicolon in front; empty if there is none.
    let text: String

    /// The advice on `problem` at `column` of `line`, found in what began as `context` in line `start`.
    init(problem: String, context: String, start: Int, line: String, column: Int) {
        let scalars = line.unicodeScalars
        let before = String(String.UnicodeScalarView(scalars.prefix(column - 1)))
        let found = scalars.dropFirst(column - 1).first
        let isTab = found == "\t"
        self.problem =
            isTab && problem.contains("cannot start any token")
            ? "found a tab" : problem.replacing("hexdecimal", with: "hexadecimal")
        text = Self.advice(on: problem, context, start, before, found)
    }

    /// That a text that begins with `character` needs quotes.
    static func quoting(_ character: Unicode.Scalar) -> String {
        "; put a text that begins with \(character) in single quotes"
    }

    private static let tabs = "; a tab cannot indent, use spaces"

    private static func advice(
        on problem: String, _ context: String, _ start: Int, _ before: String, _ found: Unicode.Scalar?
    ) -> String {
        func says(_ texts: String...) -> Bool { texts.contains { problem.contains($0) } }
        if says("escape character", "hexdecimal number", "Unicode character escape") {
            return #"; in double quotes write \\, or use single quotes"#
        }
        if says("tab character") { return tabs }
        if says("cannot start any token") {
            return found == "\t" ? tabs : found.map { quoting($0) } ?? ""
        }
        if context.hasSuffix("quoted scalar"), says("end of stream", "document indicator") {
            return "; close the quote of line \(start)"
        }
        switch context {
        case "while scanning an alias": return quoting("*")
        case "while scanning an anchor": return quoting("&")
        case "while scanning a tag", "while parsing a tag": return quoting("!")
        case "while scanning a directive": return quoting("%")
        case "while scanning a block scalar": return "; put a text that begins with | or > in single quotes"
        default: break
        }
        if says("mapping values are not allowed") {
            return before.contains(": ")
                ? "; put a text that contains \": \" in quotes"
                : "; indent members alike, with a blank after each colon"
        }
        if says("could not find expected ':'") {
            return "; write NAME: VALUE or - VALUE, with a blank after : or -"
        }
        if says("block sequence entries are not allowed") { return "; begin a list on a line of its own" }
        if says("expected '-' indicator") { return "; begin each item with \"- \", and indent all alike" }
        if says("expected ',' or ']'") { return closing("]", start) }
        if says("expected ',' or '}'") { return closing("}", start) }
        if says("expected node content") {
            return "; close each [ with ] and each { with }, and quote texts with these"
        }
        if says("expected key") {
            return "; indent all members of a mapping alike, and quote a whole text or no part of it"
        }
        if says("<document start>") {
            return "; indent the lines of a document alike, and divide documents by ---"
        }
        return ""
    }

    private static func closing(_ bracket: Character, _ line: Int) -> String {
        "; put commas between the parts and \(bracket) at the end of what begins in line \(line)"
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The line of the character at `index`, which counts Unicode scalars; the last line for an index behind the text.
    func line(around index: Int) -> String {
        var (offset, scalars) = (0, 0)
        while offset < count, scalars < index {
            offset += 1
            while offset < count, self[offset] & 0xC0 == 0x80 { offset += 1 }
            scalars += 1
        }
        func isBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
        let start = self[..<offset].lastIndex(where: isBreak).map { $0 + 1 } ?? 0
        let end = self[offset...].firstIndex(where: isBreak) ?? count
        return String(decoding: self[start..<end], as: UTF8.self)
    }
}
