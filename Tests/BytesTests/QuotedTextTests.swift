import Bytes
import Testing

@Suite struct QuotedTextTests {
    @Test(arguments: [
        ("", "\"\""), ("Foo", "\"Foo\""), ("a \"b\"", "\"a \"b\"\""), ("é😀", "\"é😀\""),
        ("a\nb\u{1b}[m", #""a\u{a}b\u{1b}[m""#),
        ("\u{202E}exe\u{2028}", #""\u{202e}exe\u{2028}""#), ("abcdefgh", "\"abcdefgh\""),
        ("abcdefghi", "\"abcdefgh…\""),
    ])
    func `a value is shown on one line, escaped and cut`(text: String, quoted: String) {
        #expect(text.quoted(limit: 8) == quoted)
    }

    @Test func `a count has its noun in the singular or the plural`() {
        #expect([0, 1, 2].map { $0.counted("byte") } == ["0 bytes", "1 byte", "2 bytes"])
    }

    @Test func `a text without invisible characters stays as it is`() {
        #expect("C:\\Windows\\é 😀".escapingInvisible == "C:\\Windows\\é 😀")
        #expect("a\r\n\n\u{1B}b\n".escapingInvisibleInLines == "a\\u{d}\n\n\\u{1b}b\n")
        #expect("\u{0}\t\u{7F}\u{85}\u{E000}".escapingInvisible == #"\u{0}\u{9}\u{7f}\u{85}\u{e000}"#)
    }
}
