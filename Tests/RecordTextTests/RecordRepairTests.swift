import RecordText
import Testing

/// A character that cannot stand in a text costs the character, not the record.
struct RecordRepairTests {
    private func json(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.withUnsafeBytes { RecordRepair.json($0) }, as: UTF8.self)
    }

    private func json(_ text: String) -> String { json(Array(text.utf8)) }
    private func xml(_ text: String) -> String { xml(Array(text.utf8)) }

    private func xml(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.withUnsafeBytes { RecordRepair.xml($0) }, as: UTF8.self)
    }

    @Test
    func `control characters in strings are escaped`() {
        #expect(json("{\"a\":\"\t\u{1}\u{0}\"}") == #"{"a":"\u0009\u0001\u0000"}"#)
    }

    @Test
    func `bytes that are not UTF-8 become U+FFFD`() {
        #expect(json(Array("\"M".utf8) + [0xE9] + Array("i\"".utf8)) == "\"M\u{FFFD}i\"")
        #expect(json(Array("\"".utf8) + [0xF0, 0x9F, 0x98] + Array("\"".utf8)) == "\"\u{FFFD}\"")
        #expect(json("\"é😀\"") == "\"é😀\"")
        #expect(xml(Array("<a>".utf8) + [0xE9] + Array("</a>".utf8)) == "<a>\u{FFFD}</a>")
    }

    @Test
    func `half a surrogate pair becomes U+FFFD`() {
        #expect(json(#""\ud800x""#) == "\"\u{FFFD}x\"")
        #expect(json(#""\uDFFF""#) == "\"\u{FFFD}\"")
        #expect(json(#""\ud83d\ude00""#) == #""\ud83d\ude00""#)
        #expect(json(#""\ud83d\ud83d\ude00""#) == "\"\u{FFFD}\\ud83d\\ude00\"")
        #expect(xml("<a>&#xD800;</a>") == "<a>\u{FFFD}</a>")
    }

    @Test
    func `a backslash that escapes nothing stands for itself`() {
        #expect(json(#""C:\Users\x\u12""#) == #""C:\\Users\\x\\u12""#)
        #expect(json(#""a\\b\n""#) == #""a\\b\n""#)
        #expect(json(#""\"#) == #""\\"#)
    }

    @Test
    func `XML keeps its references, and loses what it forbids`() {
        #expect(xml("<a>&lt;&#10;&#x9;&amp;</a>") == "<a>&lt;&#10;&#x9;&amp;</a>")
        #expect(xml("<a>&#0;&#x1f;\u{B}</a>") == "<a>\u{FFFD}\u{FFFD}\u{FFFD}</a>")
        #expect(xml("<a>a & b &unknown; &#zz;</a>") == "<a>a &amp; b &amp;unknown; &amp;#zz;</a>")
    }
}
