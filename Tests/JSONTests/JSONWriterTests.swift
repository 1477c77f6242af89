import JSON
import Testing

/// Any JSON document whose numbers are integers.
indirect enum Tree: Equatable, Sendable {
    case object([(name: String, value: Tree)])
    case array([Tree])
    case string(String)
    case integer(Int64)
    case unsigned(UInt64)
    case bool(Bool)
    case null

    static func == (left: Tree, right: Tree) -> Bool {
        switch (left, right) {
        case (.object(let left), .object(let right)):
            left.elementsEqual(right) { Array($0.name.utf8) == Array($1.name.utf8) && $0.value == $1.value }
        case (.array(let left), .array(let right)): left == right
        case (.string(let left), .string(let right)): Array(left.utf8) == Array(right.utf8)
        case (.integer(let left), .integer(let right)): left == right
        case (.unsigned(let left), .unsigned(let right)): left == right
        case (.bool(let left), .bool(let right)): left == right
        case (.null, .null): true
        default: false
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .object(let members):
            writer.object { for member in members { $0.member(key: member.name) { member.value.write(to: &$0) } } }
        case .array(let elements): writer.array { for element in elements { element.write(to: &$0) } }
        case .string(let text): writer.value(text)
        case .integer(let number): writer.value(number)
        case .unsigned(let number): writer.value(number)
        case .bool(let flag): writer.value(flag)
        case .null: writer.null()
        }
    }

    static func read(_ value: JSONValue) -> Tree? {
        switch value.kind {
        case .object:
            return value.dictionary(maxCount: .max).map { .object($0.map { ($0.name, read($0.value) ?? .null) }) }
        case .array: return value.array(maxCount: .max).map { .array($0.map { read($0) ?? .null }) }
        case .string: return value.string(maxUTF16: .max).map(Tree.string)
        case .integer:
            return value.pointer.hasSuffix("u")
                ? value.unsigned(in: 0 ... .max).map(Tree.unsigned)
                : value.integer(in: .min ... .max).map(Tree.integer)
        case .number: return nil
        case .bool: return value.bool().map(Tree.bool)
        case .null: return .null
        }
    }

    static func random(depth: Int, using source: inout some RandomNumberGenerator) -> Tree {
        switch Int.random(in: depth > 0 ? 0...6 : 2...6, using: &source) {
        case 0:
            let count = Int.random(in: 0...5, using: &source)
            // The index makes names unique; `read` expects unsigned values under names that end in "u".
            return .object(
                (0..<count).map { place in
                    let name = text(using: &source) + "\(place)"
                    return place % 2 == 0
                        ? (name, random(depth: depth - 1, using: &source))
                        : (name + "u", .unsigned(UInt64.random(in: 0 ... .max, using: &source)))
                })
        case 1:
            let count = Int.random(in: 0...5, using: &source)
            return .array((0..<count).map { _ in random(depth: depth - 1, using: &source) })
        case 2, 3: return .string(text(using: &source))
        case 4: return .integer(Int64.random(in: .min ... .max, using: &source))
        case 5: return .bool(Bool.random(using: &source))
        default: return .null
        }
    }

    /// Text from all planes, with many characters that need escapes and without NUL.
    static func text(using source: inout some RandomNumberGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...40, using: &source) {
            let range: ClosedRange<UInt32> =
                switch Int.random(in: 0...5, using: &source) {
                case 0: 0x01...0x1F
                case 1: 0x20...0x2F
                case 2: 0x5B...0x5D
                case 3: 0x7E...0x7FF
                case 4: 0x2020...0x202F
                default: 0x1...0x10FFFF
                }
            let code = UInt32.random(in: range, using: &source)
            if let scalar = Unicode.Scalar(code) { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}

@Suite struct JSONWriterTests {
    func written(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(reserving: 0)
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    // They are never freed, so each has a place where the leak sanitizer finds it.
    private static let pair = WrittenMembers { json in
        json.member("a", 1)
        json.member("b", 2)
    }
    private static let none = WrittenMembers { _ in }
    private static let single = WrittenMembers { $0.member("d", 4) }

    @Test func `members that were written in advance are separated like others`() {
        let text = written {
            $0.object {
                $0.members(Self.pair)
                $0.member("c", 3)
                $0.members(Self.none)
                $0.members(Self.single)
            }
        }
        #expect(text == #"{"a":1,"b":2,"c":3,"d":4}"#)
    }

    @Test func `a byte that must be escaped is found wherever it is`() {
        for special in ["\"", "\\", "\n", "\u{0}", "\u{1F}"] {
            for length in 1...25 {
                for position in 0..<length {
                    var text = Array(repeating: "é", count: length)
                    text[position] = special
                    let json = written { $0.value(text.joined()) }
                    let read = try? JSONDocument.read(Array(json.utf8)) { $0.characters }
                    #expect(read == text.joined())
                }
            }
        }
        #expect(written { $0.value("\u{7F}\u{80}\u{A0}\u{DC}!#[]~") } == "\"\u{7F}\u{80}\u{A0}\u{DC}!#[]~\"")
    }

    @Test(arguments: [0, 9, 10, 99, 100, UInt64(UInt32.max), 9_999_999_999_999_999_999, .max])
    func `numbers of any length are written`(number: UInt64) {
        #expect(written { $0.value(number) } == "\(number)")
    }

    @Test func `commas separate values and appear nowhere else`() {
        let text = written {
            $0.object {
                $0.member("a", 1)
                $0.member("b") { $0.array { _ in } }
                $0.member("c") {
                    $0.array {
                        $0.value(1)
                        $0.value(2)
                        $0.array { $0.null() }
                        $0.object { _ in }
                    }
                }
                $0.memberNull("d")
                $0.member("e") { _ in }
                $0.member("f") {
                    $0.object {
                        $0.member("g", "h")
                        $0.member("i", true)
                    }
                }
                $0.member("j", json: Array("[1]".utf8))
                $0.member(key: "k\"", "l")
                $0.member(key: "m", UInt8(5))
            }
        }
        #expect(
            text == #"{"a":1,"b":[],"c":[1,2,[null],{}],"d":null,"e":null,"#
                + #""f":{"g":"h","i":true},"j":[1],"k\"":"l","m":5}"#)
    }

    @Test func `lines are independent texts`() {
        let text = written { writer in
            for number in 1...2 {
                writer.object { $0.member("n", number) }
                writer.newline()
            }
        }
        #expect(text == "{\"n\":1}\n{\"n\":2}\n")
    }

    @Test func `removing the text starts over`() {
        var writer = JSONWriter()
        writer.array { $0.value(1) }
        writer.removeAll()
        writer.value(false)
        #expect(writer.bytes == Array("false".utf8))
    }

    @Test func `integers of every width are written up to their extremes`() {
        let text = written {
            $0.array {
                $0.value(Int64.min)
                $0.value(Int64.max)
                $0.value(UInt64.max)
                $0.value(Int8.min)
                $0.value(UInt32.max)
                $0.value(0)
                $0.value(-1)
                $0.value(1_000_000)
            }
        }
        #expect(
            text == "[-9223372036854775808,9223372036854775807,18446744073709551615,-128,4294967295,0,-1,1000000]")
    }

    @Test(
        arguments: [
            (0, 1, "0x0"), (0xF, 1, "0xf"), (0x10, 1, "0x10"), (0x7ffb_da88_44f0, 1, "0x7ffbda8844f0"),
            (.max, 1, "0xffffffffffffffff"), (0x400, 8, "0x00000400"), (0x1_0000_0000, 8, "0x100000000"), (0, 0, "0x0"),
        ] as [(UInt64, Int, String)])
    func `hex is lower case and as wide as requested`(number: UInt64, digits: Int, expected: String) {
        #expect(written { $0.hex(number, digits: digits) } == "\"\(expected)\"")
        #expect(written { $0.object { $0.member("a", hex: number, digits: digits) } } == "{\"a\":\"\(expected)\"}")
    }

    /// Long texts are escaped in stretches.
    @Test(arguments: [0, 1, 2, 168, 169, 170, 171, 172, 339, 340, 341, 1000, 40_000])
    func `texts of any length are escaped completely, wherever the escapes are`(length: Int) throws {
        let alphabet = (0..<0x80).map { Character(Unicode.Scalar(UInt8($0))) } + ["é", "€", "😀"]
        for step in [1, 5, 127] {
            for lead in [0, 1, 100] {
                let text = String(
                    (0..<length).map { $0 < lead ? "x" : alphabet[($0 * step) % alphabet.count] })
                var expected = "\""
                for scalar in text.unicodeScalars {
                    switch scalar {
                    case "\"": expected += "\\\""
                    case "\\": expected += "\\\\"
                    case "\n": expected += "\\n"
                    case "\r": expected += "\\r"
                    case "\t": expected += "\\t"
                    case "\0"..<" ":
                        expected += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                    default: expected.unicodeScalars.append(scalar)
                    }
                }
                expected += "\""
                var writer = JSONWriter()
                writer.value(text)
                #expect(writer.bytes == Array(expected.utf8))
            }
        }
    }

    @Test func `exactly the characters that RFC 8259 requires are escaped`() {
        #expect(written { $0.value("\"\\/\n\r\t\u{0}\u{8}\u{C}\u{1F}") } == #""\"\\/\n\r\t\u0000\u0008\u000c\u001f""#)
        #expect(written { $0.value("\u{7F}\u{80}é\u{2028}\u{2029}😀") } == "\"\u{7F}\u{80}é\u{2028}\u{2029}😀\"")
        #expect(written { $0.value("abc\"def".dropFirst(2)) } == #""c\"def""#)
        #expect(written { $0.value("x\n" as StaticString) } == #""x\n""#)
    }

    @Test func `every scalar is restored`() throws {
        for start in stride(from: UInt32(1), through: 0x10FFFF, by: 0x4000) {
            var text = ""
            for code in start..<(start + 0x4000) {
                if let scalar = Unicode.Scalar(code) { text.unicodeScalars.append(scalar) }
            }
            var writer = JSONWriter()
            writer.value(text)
            let back = try JSONDocument.read(writer.bytes) { $0.string(maxUTF16: .max) }
            #expect(Array(back.utf8) == Array(text.utf8))
        }
    }

    @Test func `random documents are restored`() throws {
        var source = SystemRandomNumberGenerator()
        var longest = 0
        for _ in 0..<2000 {
            let tree = Tree.array([.random(depth: 5, using: &source), .random(depth: 2, using: &source)])
            var writer = JSONWriter()
            tree.write(to: &writer)
            longest = max(longest, writer.bytes.count)
            let back = try JSONDocument.read(writer.bytes, Tree.read)
            #expect(back == tree, "\(String(decoding: writer.bytes, as: UTF8.self))")
        }
        #expect(longest > 1000)
    }
}
