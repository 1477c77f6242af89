import Replay
import Testing

@testable import ReplayCommand

/// Texts in the files of messages and on the page.
@Suite struct MessagesFileTests {
    @Test(arguments: [
        (["a", "", "b c"], "a,,b c"), (["=1+1", "+1", "-1", "@a", "\tx"], "'=1+1,'+1,'-1,'@a,'\tx"),
        (["a,b", #"say "x""#, "two\nlines", "a\rb"], #""a,b","say ""x""","two\#nlines","a\#rb""#),
        (["=\"a\"", "\n=1", "\r"], #""'=""a""","'\#n=1","'\#r""#), (["a=b", "'x", " =1"], "a=b,'x, =1"), ([""], ""),
        // With a combining mark behind it, a quotation mark is another character; CR before LF is, too.
        (["a\"\u{301},=1+1,b", "x\r\ny"], "\"a\"\"\u{301},=1+1,b\",\"x\r\ny\""), (["=\u{301}1"], "'=\u{301}1"),
        ([",\u{301}"], "\",\u{301}\""),
    ])
    func `cells are quoted where needed, and never computed`(cells: [String], line: String) {
        #expect(String(decoding: CSVLine(cells).bytes, as: UTF8.self) == line + "\r\n")
    }

    @Test(arguments: [
        (0, "0 ms"), (1, "0.0 ms"), (999, "0.9 ms"), (1500, "1.5 ms"), (9999, "9.9 ms"), (10_000, "10 ms"),
        (999_999, "999 ms"), (1_000_000, "1.0 s"), (4_999_999, "4.9 s"), (59_999_999, "59.9 s"),
        (60_000_000, "1 min 0 s"),
        (1_204_000_000, "20 min 4 s"), (3_599_999_999, "59 min 59 s"), (3_600_000_000, "1 h 0 min"),
        (UInt64.max, "5124095576 h 1 min"),
    ])
    func `a delay is printed in its unit, never rounded up`(microseconds: UInt64, text: String) {
        #expect(DelayText.of(microseconds) == text)
    }
}
