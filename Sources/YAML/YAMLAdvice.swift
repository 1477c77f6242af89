/// What to write instead of a text that libyaml refuses, from what it says and the text where it stopped.
struct YAMLAdvice {
    /// Where libyaml stopped.
    struct Stop {
        /// libyaml's description.
        let problem: String
        /// What it was doing, and the line where that began.
        let context: String
        let start: Int
        let position: YAMLPosition
        /// The lines in which it stopped and began, and the one before it stopped that is neither empty nor a comment.
        let line: String
        let startLine: String
        let previous: (number: Int, text: String)?
        /// The quoted text that ends where it stopped.
        let quoted: Quoted?
    }

    /// A quoted text.
    struct Quoted {
        let line: Int
        let isSingle: Bool
    }

    /// libyaml's description, in words that fit the line.
    let problem: String
    /// The advice, with a semicolon in front; empty if there is none.
    let text: String

    /// The advice where libyaml stopped.
    init(_ stop: Stop) {
        let scalars = stop.line.unicodeScalars
        let before = String(String.UnicodeScalarView(scalars.prefix(stop.position.column - 1)))
        let found = scalars.dropFirst(stop.position.column - 1).first
        problem =
            found == "\t" && stop.problem.contains("cannot start any token")
            ? "found a tab" : stop.problem.replacing("hexdecimal", with: "hexadecimal")
        text = Self.scalarAdvice(stop, found) ?? Self.structureAdvice(stop, before, found) ?? ""
    }

    /// That a text that begins with `character` needs quotes.
    static func quoting(_ character: Unicode.Scalar) -> String {
        "; put a text that begins with \(character) in single quotes"
    }

    private static let tabs = "; a tab cannot indent, use spaces"
    private static let dividing = "; divide documents by a line with ---"

    /// The advice where a text of its own is wrong; nil if the texts around may be.
    private static func scalarAdvice(_ stop: Stop, _ found: Unicode.Scalar?) -> String? {
        if stop.says("escape character", "hexdecimal number", "Unicode character escape") {
            return #"; in double quotes write \\, or use single quotes"#
        }
        if stop.says("tab character") { return tabs }
        if stop.says("cannot start any token") { return found == "\t" ? tabs : found.map { quoting($0) } }
        if stop.context.hasSuffix("quoted scalar"), stop.says("end of stream", "document indicator") {
            return "; close the quote of line \(stop.start)"
        }
        if let quoted = stop.quoted {
            if quoted.line < stop.position.line {
                return "; the quote that line \(quoted.line) opens is closed here, close it in its line"
            }
            return "; quote the whole text, and write " + (quoted.isSingle ? "'' for a '" : "\\\" for a \"") + " in it"
        }
        switch stop.context {
        case "while scanning an alias": return quoting("*")
        case "while scanning an anchor": return quoting("&")
        case "while scanning a tag", "while parsing a tag": return quoting("!")
        case "while scanning a directive": return quoting("%")
        case "while scanning a block scalar": return "; put a text that begins with | or > in single quotes"
        default: return nil
        }
    }

    /// The advice where a list, a mapping or a document is wrong.
    private static func structureAdvice(_ stop: Stop, _ before: String, _ found: Unicode.Scalar?) -> String? {
        if stop.says("mapping values are not allowed") {
            if before.contains(": ") { return "; put a text that contains \": \" in quotes" }
            if let line = stop.previous, lacksSpace(line.text) { return space(after: line.number) }
            return "; indent members alike, with a space after each colon"
        }
        if stop.says("found unexpected ':'") { return "; write a space after a colon, or quote the text" }
        if stop.says("could not find expected ':'") {
            if lacksSpace(stop.startLine) { return space(after: stop.start) }
            if stop.startLine.hasPrefix("--"), stop.startLine.allSatisfy({ $0 == "-" }) { return dividing }
            return "; write NAME: VALUE or - VALUE, with a space after : or -"
        }
        if stop.says("expected ',' or") {
            if before.hasSuffix("$"), found == "{" { return "; put a text with ${ in quotes" }
            let bracket = stop.says("']'") ? "]" : "}"
            return "; put commas between the parts and \(bracket) at the end of what begins in line \(stop.start)"
        }
        if stop.says("expected node content") {
            switch found {
            case ",": return "; leave out a comma"
            case "?": return quoting("?")
            default: return "; close each [ with ] and each { with }, and quote texts with these"
            }
        }
        if let found, found == "}" || found == "]" { return "; leave out the \(found) that closes nothing" }
        if stop.says("block sequence entries are not allowed") { return "; begin a list on a line of its own" }
        if stop.says("expected '-' indicator") {
            return found == "-" ? "; write a space after the -" : "; begin each item with \"- \", and indent all alike"
        }
        if stop.says("expected key") { return "; indent all members of a mapping alike" }
        if stop.says("<document start>") {
            return "; indent the lines of a document alike, and" + dividing.dropFirst()
        }
        return nil
    }

    private static func space(after line: Int) -> String { "; write a space after the colon in line \(line)" }

    /// Whether the line is `name:value`, perhaps as an item.
    private static func lacksSpace(_ line: String) -> Bool {
        let name = line.drop { $0 == " " || $0 == "-" }
        guard let colon = name.firstIndex(of: ":"), colon != name.startIndex else { return false }
        let value = name[colon...].dropFirst()
        return name[..<colon].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
            && value.first.map { $0 != " " } == true
            && !value.hasPrefix("//")
    }
}

extension YAMLAdvice.Stop {
    fileprivate func says(_ texts: String...) -> Bool { texts.contains { problem.contains($0) } }
}
