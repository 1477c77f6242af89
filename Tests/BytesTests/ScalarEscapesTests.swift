import Bytes
import Testing

@Suite struct ScalarEscapesTests {
    @Test(arguments: [
        ("", ""), ("a\"b", "a\"\"b"), ("a\"\u{301}b", "a\"\"\u{301}b"), ("\"\u{FE0F}\"", "\"\"\u{FE0F}\"\""),
        ("é😀", "é😀"),
    ])
    func `a scalar is replaced, whatever follows it`(text: String, replaced: String) {
        #expect(Array(text.replacing(scalar: "\"", with: "\"\"").utf8) == Array(replaced.utf8))
    }

    @Test func `CR before LF is replaced`() {
        #expect("a\r\nb\r".escaping { $0 == "\r" ? "%0D" : $0 == "\n" ? "%0A" : nil } == "a%0D%0Ab%0D")
    }
}
