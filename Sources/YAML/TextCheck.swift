/// What a text must not have, because of libyaml.
enum TextCheck {
    /// The first fault of `bytes`; nil if libyaml may read them.
    static func fault(of bytes: UnsafeBufferPointer<UInt8>, dialect: YAMLStream.Dialect) -> YAMLFault? {
        if directives(in: bytes) > mostDirectives {
            return YAMLFault(line: nil, "has more than \(mostDirectives) lines that begin with %TAG")
        }
        if dialect == .lenient { return nil }
        if let offset = innerMark(in: bytes) {
            return YAMLFault(
                line: bytes.line(of: offset),
                "begins with U+FEFF, a byte order mark, which can only begin a file; delete it")
        }
        guard let (offset, name, escape) = foreignBreak(in: bytes) else { return nil }
        return YAMLFault(
            line: bytes.line(of: offset),
            "has the character \(name), which ends a line in YAML 1.1 only; write \(escape) in double quotes")
    }

    /// libyaml compares each directive with all others: 60,000 of them take seconds.
    private static let mostDirectives = 100

    /// The number of lines that begin with `%TAG`, wherever they are.
    private static func directives(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let name = Array("%TAG".utf8)
        return bytes.indices.lazy.filter { index in
            bytes[index] == name[0] && bytes[index...].starts(with: name)
                && (index == 0 || endsLine(bytes[index - 1]))
        }.count
    }

    /// Whether the byte can be the last one of a line break.
    private static func endsLine(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte >= 0x80
    }

    /// The first byte order mark at the beginning of a line. libyaml takes the line for a text.
    private static func innerMark(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        bytes.indices.first { index in
            bytes[index] == 0xEF && bytes[index...].starts(with: [0xEF, 0xBB, 0xBF])
                && (index == 0 || endsLine(bytes[index - 1]) && bytes[index - 1] < 0x80)
        }
    }

    /// The first of the line breaks that YAML 1.2 does not have, and how to write it.
    ///
    /// libyaml folds them as other breaks, so that a text loses them, and counts lines by them, unlike editors.
    private static func foreignBreak(
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> (offset: Int, name: String, escape: String)? {
        let breaks: [(bytes: [UInt8], name: String, escape: String)] = [
            ([0xC2, 0x85], "U+0085", #"\N"#), ([0xE2, 0x80, 0xA8], "U+2028", #"\L"#),
            ([0xE2, 0x80, 0xA9], "U+2029", #"\P"#),
        ]
        for index in bytes.indices where bytes[index] == 0xC2 || bytes[index] == 0xE2 {
            if let found = breaks.first(where: { bytes[index...].starts(with: $0.bytes) }) {
                return (index, found.name, found.escape)
            }
        }
        return nil
    }
}
