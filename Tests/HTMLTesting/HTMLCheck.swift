/// Reads a page as strictly as nobody else: only the elements and attributes that reports have, each closed in its place, and no
/// character in a text that could be anything but text. A text of a recording that gets into a page unescaped is a fault.
public struct HTMLCheck {
    /// An element of the page that is open.
    private struct Open {
        let name: String
        let start: Int
    }

    /// The first fault; nil if the page has none.
    public private(set) var fault: String?
    /// The text of the page, without markup, style and script.
    public private(set) var text = ""
    /// How often each element occurs.
    public private(set) var counts: [String: Int] = [:]
    /// The contents of style and script elements.
    public private(set) var embedded: [String: [String]] = [:]
    /// The values of all attributes by name.
    public private(set) var attributes: [String: [String]] = [:]

    private let bytes: [UInt8]
    private var place = 0
    private var open: [Open] = []
    private var ids: Set<String> = []

    /// Checks a page.
    public init(_ page: [UInt8]) {
        bytes = page
        guard String(validating: page, as: UTF8.self) != nil else {
            fault = "not UTF-8"
            return
        }
        guard skip("<!DOCTYPE html>\n") else {
            fault = "no doctype"
            return
        }
        while fault == nil, place < bytes.count { readNext() }
        if fault == nil, counts["html"] != 1 { fault = "no html element" }
        if fault == nil, let last = open.last { fault = "<\(last.name)> is not closed" }
        if fault == nil { checkReferences() }
    }

    // MARK: Reading

    private mutating func readNext() {
        if bytes[place] == UInt8(ascii: "<") {
            if skip("</") { readEnd() } else { readStart() }
        } else {
            readText()
        }
    }

    private mutating func readText() {
        let start = place
        while place < bytes.count, bytes[place] != UInt8(ascii: "<") { place += 1 }
        let raw = String(decoding: bytes[start..<place], as: UTF8.self)
        guard let value = decoded(raw) else { return }
        text += value
        if !value.allSatisfy(\.isWhitespace), !isAllowed(HTMLGrammar.text) {
            fail("text in <\(open.last?.name ?? "nothing")>: \(raw.prefix(80))")
        }
    }

    private mutating func readEnd() {
        let name = readName()
        guard skip(">") else { return fail("</\(name)> is not ended") }
        guard let last = open.popLast() else { return fail("</\(name)> without a start") }
        if last.name != name { fail("</\(name)> closes <\(last.name)>") }
    }

    private mutating func readStart() {
        let start = place
        place += 1
        let name = readName()
        guard let allowed = HTMLGrammar.attributes[name] else { return fail("<\(name)> is not an element of reports") }
        if !isAllowed(name) { return fail("<\(name)> in <\(open.last?.name ?? "nothing")>") }
        counts[name, default: 0] += 1
        var seen: Set<String> = []
        while skip(" ") {
            let attribute = readName()
            guard skip("=\"") else { return fail("\(attribute) of <\(name)> has no value") }
            if !allowed.contains(attribute) { return fail("\(attribute) is not an attribute of <\(name)>") }
            if !seen.insert(attribute).inserted { return fail("\(attribute) of <\(name)> occurs twice") }
            readValue(of: attribute)
            if fault != nil { return }
        }
        if skip("/>") {
            if !HTMLGrammar.shapes.contains(name) { fail("<\(name)/> cannot end itself") }
            return
        }
        guard skip(">") else { return fail("<\(name)> is not ended") }
        if HTMLGrammar.voids.contains(name) { return }
        open.append(Open(name: name, start: start))
        if HTMLGrammar.raw.contains(name) { readRaw(name) }
    }

    private mutating func readValue(of attribute: String) {
        let start = place
        while place < bytes.count, !"\"<>".utf8.contains(bytes[place]) { place += 1 }
        let raw = String(decoding: bytes[start..<place], as: UTF8.self)
        guard skip("\"") else { return fail("\(attribute) has an unescaped character: \(raw.prefix(80))") }
        guard let value = decoded(raw) else { return }
        attributes[attribute, default: []].append(value)
        if value.contains("\n") { fail("\(attribute) has a line break") }
        if attribute == "id", !ids.insert(value).inserted { fail("two elements have the id \(value)") }
        if attribute == "href", !value.hasPrefix("#") { fail("a link leaves the page: \(value)") }
    }

    private mutating func readRaw(_ name: String) {
        let start = place
        while place < bytes.count, !bytes[place...].starts(with: "</".utf8) { place += 1 }
        embedded[name, default: []].append(String(decoding: bytes[start..<place], as: UTF8.self))
    }

    private mutating func readName() -> String {
        let start = place
        while place < bytes.count {
            switch bytes[place] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: place += 1
            default: return String(decoding: bytes[start..<place], as: UTF8.self)
            }
        }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private mutating func skip(_ text: String) -> Bool {
        guard bytes[place...].starts(with: text.utf8) else { return false }
        place += text.utf8.count
        return true
    }

    // MARK: Checking

    private mutating func fail(_ detail: String) {
        if fault == nil { fault = "at byte \(place): \(detail)" }
    }

    /// Whether an element, or text, may be in the one that is open.
    private func isAllowed(_ content: String) -> Bool {
        guard let parent = open.last?.name else { return content == "html" }
        // A link that is in a link, and a paragraph in a paragraph, end the outer one.
        if ["a", "p", "pre", "h1", "h2", "h3", "button"].contains(content), open.contains(where: { $0.name == content })
        {
            return false
        }
        return HTMLGrammar.contents[parent]?.contains(content) ?? false
    }

    private mutating func checkReferences() {
        for value in attributes["href"] ?? [] where !ids.contains(String(value.dropFirst())) {
            fail("a link leads nowhere: \(value)")
        }
    }

    /// The text that `raw` stands for; nil after a fault.
    private mutating func decoded(_ raw: String) -> String? {
        if let scalar = raw.unicodeScalars.first(where: HTMLGrammar.isInvisible) {
            fail("an invisible character: U+\(String(scalar.value, radix: 16))")
            return nil
        }
        // Bytes, because a character may be an ampersand and a mark behind it.
        let parts = raw.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        var text = Array(parts[0])
        for part in parts.dropFirst() {
            guard let (entity, character) = HTMLGrammar.entities.first(where: { part.starts(with: $0.0.utf8) }) else {
                fail("an ampersand that is not escaped: &\(Substring(part).prefix(40))")
                return nil
            }
            text += character.utf8
            text += part.dropFirst(entity.utf8.count)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
