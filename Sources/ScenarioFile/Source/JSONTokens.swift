import YAML

/// The positions of the values and names of a JSON document, in document order.
///
/// The document must be JSON: nothing is checked here.
struct JSONTokens {
    private let bytes: [UInt8]
    private var offset = 0
    private var position = YAMLPosition(line: 1, column: 1)

    /// The tokens of `bytes`.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The number of values and names from here on, and the line of the one that follows the first `limit`, if there is one.
    func count(lineAfter limit: Int) -> (count: Int, line: Int) {
        var rest = self
        var (count, line) = (0, position.line)
        while true {
            rest.skip(while: JSONTokens.isBetweenTokens)
            if rest.offset == bytes.count { return (count, line) }
            if count == limit { line = rest.position.line }
            count += 1
            rest.skipToken()
        }
    }

    /// The position of the next value or name. That of a container comes before those of its content.
    mutating func next() -> YAMLPosition {
        skip(while: JSONTokens.isBetweenTokens)
        let start = position
        skipToken()
        return start
    }

    /// Where the text before `offset` of `bytes` ends.
    static func position(of offset: Int, in bytes: [UInt8]) -> YAMLPosition {
        var tokens = JSONTokens(bytes)
        while tokens.offset < min(offset, bytes.count) { tokens.skip() }
        return tokens.position
    }

    private mutating func skipToken() {
        switch bytes[offset] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): skip()
        case UInt8(ascii: "\""):
            skip()
            while bytes[offset] != UInt8(ascii: "\"") {
                if bytes[offset] == UInt8(ascii: "\\") { skip() }
                skip()
            }
            skip()
        default: skip { !JSONTokens.isBetweenTokens($0) }
        }
    }

    private mutating func skip(while matches: (UInt8) -> Bool) {
        while offset < bytes.count, matches(bytes[offset]) { skip() }
    }

    private mutating func skip() {
        let byte = bytes[offset]
        offset += 1
        if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
            // CR LF ends a line once.
            let endsLater = byte == UInt8(ascii: "\r") && offset < bytes.count && bytes[offset] == UInt8(ascii: "\n")
            if !endsLater { position = YAMLPosition(line: position.line + 1, column: 1) }
        } else if byte & 0xC0 != 0x80 {
            position.column += 1
        }
    }

    /// White space, punctuation and the ends of containers.
    private static func isBetweenTokens(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: ","),
            UInt8(ascii: ":"),
            UInt8(ascii: "]"), UInt8(ascii: "}"):
            true
        default: false
        }
    }
}
