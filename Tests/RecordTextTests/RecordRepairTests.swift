import Bytes
import RecordText
import Testing

/// A character that cannot stand in a text costs the character, not the record.
struct RecordRepairTests {
    private func json(_ bytes: [UInt8], hasEscapes: Bool = false) -> String {
        String(decoding: bytes.withUnsafeBytes { RecordRepair.json($0, hasEscapes: hasEscapes) }, as: UTF8.self)
    }

    private func json(_ text: String) -> String { json(Array(text.utf8)) }
    private func xml(_ text: String) -> String { xml(Array(text.utf8)) }

    private func xml(_ bytes: [UInt8], hasEscapes: Bool = false) -> String {
        String(decoding: bytes.withUnsafeBytes { RecordRepair.xml($0, hasEscapes: hasEscapes) }, as: UTF8.self)
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
    func `half a surrogate pair is escaped`() {
        let half = UnitEscape.escape(of: 0xD800)
        #expect(json(#""\ud800x""#) == "\"\(half)x\"")
        #expect(json(#""\uDFFF""#) == "\"\(UnitEscape.escape(of: 0xDFFF))\"")
        #expect(json(#""\ud83d\ude00""#) == #""\ud83d\ude00""#)
        #expect(json(#""\ud83d\ud83d\ude00""#) == "\"\(UnitEscape.escape(of: 0xD83D))\\ud83d\\ude00\"")
        #expect(xml("<a>&#xD800;&#55296;</a>") == "<a>\(half)\(half)</a>")
    }

    @Test
    func `what begins an escape is escaped, unless it does begin one`() {
        let (lead, half) = (String(decoding: [UnitEscape.lead], as: UTF16.self), UnitEscape.escape(of: 0xD800))
        let escaped = UnitEscape.escape(of: UnitEscape.lead)
        #expect(json("\"\(half)\\ud800\"") == "\"\(escaped)\u{10D800}\(half)\"")
        #expect(json(Array("\"\(half)\\ufdd0\"".utf8), hasEscapes: true) == "\"\(half)\(escaped)\"")
        #expect(xml("<a>\(lead)&#xFDD0;</a>") == "<a>\(escaped)\(escaped)</a>")
        #expect(xml(Array("<a>\(half)&#xFDD0;</a>".utf8), hasEscapes: true) == "<a>\(half)\(escaped)</a>")
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
