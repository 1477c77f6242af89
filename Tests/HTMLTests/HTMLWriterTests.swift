import HTML
import HTMLTesting
import Testing

/// Writing HTML: everything is escaped (REP-5, UIS-4).
@Suite struct HTMLWriterTests {
    private func html(_ write: (inout HTMLWriter) -> Void) -> String {
        var html = HTMLWriter()
        write(&html)
        return String(decoding: html.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("<img src=x onerror=\"alert(1)\">", "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;"),
        ("</script>", "&lt;/script&gt;"), ("it's & <b>", "it&#39;s &amp; &lt;b&gt;"), ("&amp;", "&amp;amp;"),
        ("a\u{202E}b", "a\\u202eb"), ("\u{0}\u{1B}[31m\u{85}", "\\u0000\\u001b[31m\\u0085"),
        ("two\nlines", "two\\u000alines"),
        ("\u{2066}\u{200F}\u{2028}\u{FEFF}", "\\u2066\\u200f\\u2028\\ufeff"),
        ("\u{E0001}\u{10FFFF}", "\\u{e0001}\\u{10ffff}"), ("é 漢 🙂", "é 漢 🙂"), ("\"\u{301}", "&quot;\u{301}"), ("", ""),
    ])
    func `a text is escaped in an element and in an attribute`(text: String, escaped: String) {
        #expect(html { $0.text(text) } == escaped)
        #expect(html { $0.element(.p, .label(text), text: text) } == "<p aria-label=\"\(escaped)\">\(escaped)</p>")
    }

    @Test func `characters that may not be in a page are shown`() throws {
        for (value, escaped) in [(0xFDD0, "\\ufdd0"), (0xFFFF, "\\uffff"), (0x1FFFE, "\\u{1fffe}")]
            as [(UInt32, String)]
        {
            let scalar = try #require(Unicode.Scalar(value))
            #expect(html { $0.text(String(Character(scalar))) } == escaped)
        }
    }

    @Test func `elements, voids and shapes`() {
        let text = html { html in
            html.element(.td, .class("n"), .sorted(by: -3)) { html in
                html.path(#"C:\Windows\a b.exe"#)
                html.element(.svg) { $0.shape(.line, .x1(0.04), .y1(-1.25), .x2(12), .y2(1e6 / 3)) }
            }
        }
        #expect(
            text == "<td class=\"n\" data-v=\"-3\">C:\\<wbr>Windows\\<wbr>a b.exe"
                + "<svg><line x1=\"0\" y1=\"-1.3\" x2=\"12\" y2=\"333333.3\"/></svg></td>")
    }

    @Test func `a path has numbers only`() {
        var path = HTMLPath()
        path.rectangle(1, 2.5, 3, 4)
        path.move(to: 0, 0)
        path.line(to: 9.99, -9.99)
        #expect(html { $0.shape(.path, .d(path)) } == "<path d=\"M1 2.5H4V6.5H1zM0 0L10 -10\"/>")
    }

    @Test func `lines keep their breaks, and nothing else that controls`() {
        #expect(html { $0.lines(["a\u{7}<", "", "b\n"]) } == "a\\u0007&lt;\n\nb\\u000a\n")
    }

    @Test func `a list ends before it exceeds its bytes, without the value that would`() {
        var html = HTMLWriter()
        html.text("12345")
        let written = html.each(["aaa", "bbb", "ccc", "ddd"], most: 3, within: 11) { $0.text($1) }
        #expect(written == 2)
        #expect(String(decoding: html.bytes, as: UTF8.self) == "12345aaabbb")
        #expect(html.each(["e", "f"], most: 1, within: 100) { $0.text($1) } == 1)
    }
}

/// The check that other tests and the fuzzer trust.
@Suite struct HTMLCheckTests {
    private func fault(_ body: String) -> String? {
        HTMLCheck(
            Array(
                "<!DOCTYPE html>\n<html lang=\"en\"><head><title>t</title></head><body><main>\(body)</main></body></html>"
                    .utf8)
        ).fault
    }

    @Test(arguments: [
        "", "<p>a &lt; b &amp; c</p>", "<p class=\"dim\">a<wbr>b</p>", "<h2 id=\"x\">a</h2><p><a href=\"#x\">b</a></p>",
        "<table><caption>c</caption><thead><tr><th scope=\"col\">a</th></tr></thead><tbody><tr><td data-v=\"1\">1</td></tr></tbody></table>",
        "<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg>",
    ])
    func `pages without a fault`(body: String) { #expect(fault(body) == nil) }

    @Test(arguments: [
        "<img src=\"x\">", "<p onclick=\"x\">a</p>", "<p style=\"x\">a</p>", "<p class=dim>a</p>",
        "<p class='dim'>a</p>",
        "<p>a & b</p>", "<p>&nbsp;</p>", "<p>&\u{301}</p>", "<p><\u{301}</p>",
        "<p>a</b></p>", "<p>a", "</p>", "<p><p>a</p></p>", "<p><ul></ul></p>",
        "<ul>a</ul>", "<table><tr><td>a</td></tr></table>", "<p>\u{202E}</p>", "<p>\u{0}</p>",
        "<p class=\"a\" class=\"b\">a</p>",
        "<a href=\"https://example.org\">a</a>", "<a href=\"#nowhere\">a</a>", "<h2 id=\"x\">a</h2><h2 id=\"x\">b</h2>",
        "<p class=\"a<b\">a</p>", "<p/>", "<script>x</script>", "<!-- a -->", "<p >a</p>", "<td>a</td>", "<P>a</P>",
        "<nav aria-label=\"a\nb\"><ul></ul></nav>",
    ])
    func `pages with a fault`(body: String) { #expect(fault(body) != nil) }

    @Test func `what is behind the page is a fault, and so is half of one`() {
        let page = Array("<!DOCTYPE html>\n<html><head></head><body></body></html>".utf8)
        #expect(HTMLCheck(page).fault == nil)
        #expect(HTMLCheck(page + Array("<p>a</p>".utf8)).fault != nil)
        #expect(HTMLCheck(page + Array("a".utf8)).fault != nil)
        #expect(HTMLCheck(page + [0xFF]).fault != nil)
        for count in 0..<page.count { #expect(HTMLCheck(Array(page[..<count])).fault != nil) }
    }
}
