import RecordText
import TestSupport
import Testing

/// Records are cut out of any text, one a line.
struct RecordFramerTests {
    /// The text after it was cut, in pieces of `size` bytes.
    private func framed(_ text: String, by size: Int = .max, passesLines: Bool = true) -> String {
        var framer = RecordFramer(passesLines: passesLines)
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            Array(rest.prefix(size)).withUnsafeBytes { framer.convert($0, into: &output) }
            rest = rest.dropFirst(size)
        }
        framer.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// The records, without the empty lines that keep their numbers.
    private func records(_ text: String, by size: Int = .max) -> [String] {
        framed(text, by: size).split(separator: "\n").map(String.init).filter { $0.contains { $0 != " " } }
    }

    @Test
    func `an object a line passes unchanged, with the lines between`() {
        let text = "{\"a\":1}\n\n  \n{\"b\":{\"c\":\"x\"}}\r\nnonsense\n{\"d\":[{}]}\n"
        #expect(framed(text) == "{\"a\":1}\n\n  \n{\"b\":{\"c\":\"x\"}}\r\nnonsense\n{\"d\":[{}]}\n")
    }

    private static let forms: [(text: String, records: [String])] = [
        ("{\"a\":1}{\"b\":2} {\"c\":3}", ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]),
        ("{\"a\":1},\n{\"b\":2},\n{\"c\":3}", ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]),
        ("[{\"a\":1},{\"b\":2}\n,{\"c\":3}]", ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]),
        ("[\n{\n \"a\": 1\n},\n{\n \"b\": [\n{\"c\": 2}\n]\n}\n]\n", ["{  \"a\": 1 }", "{  \"b\": [ {\"c\": 2} ] }"]),
        ("\u{FEFF}{\"a\":1}\n\u{FEFF}{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]),
        ("Record 1\n{\n\"a\":1}\nRecord 2\n{\n\"b\":2}\n", ["{ \"a\":1}", "{ \"b\":2}"]),
        ("\u{1E}{\"a\":1}\n\u{1E}{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]),
        ("{\"a\":\"}{\",\n\"b\":\"\\\"{\"}\n{\"c\":1}", ["{\"a\":\"}{\", \"b\":\"\\\"{\"}", "{\"c\":1}"]),
        ("[]", []), ("", []), ("\n \n", []), ("{}", ["{}"]),
    ]

    @Test(arguments: forms)
    func `objects are found however they are written`(text: String, records: [String]) {
        #expect(self.records(text) == records)
    }

    private static let answers: [(text: String, records: [String])] = [
        (
            "{\n\"value\": [ {\"a\":1},\n{\"b\":2} ],\n\"Count\": 2\n}\n{\"c\":3}",
            ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]
        ),
        (
            "{\"took\":3,\"hits\":{\"total\":{\"value\":2},\"hits\":[{\"_source\":{\"x\":[{\"hits\":1}]}}\n,{\"b\":2}]},\n\"z\":[{}]}",
            ["{\"_source\":{\"x\":[{\"hits\":1}]}}", "{\"b\":2}"]
        ),
        (
            "{\"resourceLogs\":[{\"resource\":{},\"scopeLogs\":[{\"scope\":{},\"logRecords\":[{\"body\":1},{\"body\":2}],\n"
                + "\"schemaUrl\":\"\"},{\"logRecords\":[{\"body\":3}]}]}]}\n{\"resourceLogs\":[{\"scopeLogs\":[\n{\"logRecords\":[{\"body\":4}]}]}]}",
            ["{\"body\":1}", "{\"body\":2}", "{\"body\":3}", "{\"body\":4}"]
        ),
        // An array of other things, or one without a known name, belongs to its record.
        (
            "{\n\"value\":[1,2],\"hits\":[\"x\"],\"Data\":[{\"@Name\":\"a\"}]}",
            ["{ \"value\":[1,2],\"hits\":[\"x\"],\"Data\":[{\"@Name\":\"a\"}]}"]
        ),
    ]

    @Test(arguments: answers)
    func `the records in an answer are found, and the rest of it is dropped`(text: String, records: [String]) {
        #expect(self.records(text) == records)
        #expect(self.records(text, by: 1) == records)
    }

    @Test
    func `an event of XML is a line, whatever is around it`() {
        let text = """
            <?xml version="1.0" encoding="utf-8"?>
            <Events><Event xmlns='x'><A
            b='1'>one
            two\r
            three</A></Event><Event><B/></Event>
            <e:Event xmlns:e="x"><e:C>3</e:C></e:Event></Events>
            <13>Nov 29 10:00:00 host agent: <Event><D/></Event>
            <Event/>
            """
        let events = [
            "<Event xmlns='x'><A b='1'>one&#10;two&#10;three</A></Event>", "<Event><B/></Event>",
            "<e:Event xmlns:e=\"x\"><e:C>3</e:C></e:Event>", "<Event><D/></Event>", "<Event/>",
        ]
        #expect(records(text) == events)
        for size in 1...7 { #expect(records(text, by: size) == events) }
    }

    private static let cutShort: [(text: String, records: [String])] = [
        ("{\"a\":\"cut\n{\"b\":2}\n", ["{\"a\":\"cut", "{\"b\":2}"]),
        ("{\"a\":1,\"cut\"\n{\"b\":2}\n", ["{\"a\":1,\"cut\" ", "{\"b\":2}"]),
        ("{\"a\":1,\n{\"b\":2}\n", ["{\"a\":1, ", "{\"b\":2}"]),
        ("{\"a\":{\"x\":1}\n{\"b\":2}\n", ["{\"a\":{\"x\":1} ", "{\"b\":2}"]),
        ("<Event><A>cut\n<Event><B/></Event>", ["<Event><A>cut&#10;", "<Event><B/></Event>"]),
        ("{\"a\":\"cut", ["{\"a\":\"cut"]),
    ]

    @Test(arguments: cutShort)
    func `a record that is cut short costs only itself`(text: String, records: [String]) {
        #expect(self.records(text) == records)
        #expect(self.records(text, by: 1) == records)
    }

    /// Events whose tags are damaged or unusual; the first one of each is `event`.
    private static let damagedEvents: [(text: String, event: String)] = [
        ("<Event a='1'/><A>1</A></Event>", "<Event a='1'/>"),
        ("<Event a'x'b='1'/><A>1</A></Event>\n<Event><B/></Event>", "<Event a'x'b='1'/>"),
        ("<Event / ><A/></Event>", "<Event / ><A/></Event>"),
        ("<Event a='/'><A/></Event>", "<Event a='/'><A/></Event>"),
        ("<Event><A/></EventData></Event>", "<Event><A/></EventData></Event>"),
        ("<Event a<b/><A/></Event>", "<Event a<b/><A/></Event>"),
        ("<Event><A/></Event ><Event/>", "<Event><A/></Event >"),
        ("<Event><A/><Event><B/></Event>", "<Event><A/>"),
        ("<Event><A></</Event>", "<Event><A></</Event>"),
        ("<Event><A><<</Event><Event/>", "<Event><A><<</Event>"),
    ]

    @Test(arguments: damagedEvents)
    func `an event ends at the same tag, wherever its text is cut`(text: String, event: String) {
        let whole = records(text)
        #expect(whole.first == event)
        for size in 1...text.utf8.count { #expect(records(text, by: size) == whole) }
    }

    @Test(arguments: 0..<64 as Range<UInt64>)
    func `random markup gives the same records, wherever it is cut`(seed: UInt64) {
        let parts = [
            "<Event", "<Event>", "</Event>", "</Event", "<e:Event ", "<", "</", "/>", ">", "/", " ", "A", "'", "\n",
            "\r",
        ]
        var generator = SplitMix(seed: seed)
        for _ in 0..<64 {
            let text = (0..<12).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
            let whole = framed(text)
            for size in 1...5 { #expect(framed(text, by: size) == whole, "\(text.debugDescription) by \(size)") }
        }
    }

    @Test
    func `a newline in a string becomes a form that is repaired`() {
        var framer = RecordFramer()
        var output: [UInt8] = []
        Array("{\"a\":\"x\r\ny\nz\"}\n".utf8).withUnsafeBytes { framer.convert($0, into: &output) }
        let repaired = output.dropLast(3).withUnsafeBytes { RecordRepair.json($0) }
        #expect(String(decoding: repaired, as: UTF8.self) == #"{"a":"x\u000d\ny\nz"}"#)
        #expect(output.count { $0 == UInt8(ascii: "\n") } == 3)
    }

    @Test
    func `records keep the numbers of their lines`() {
        let text = "[\n{\n\"a\":\n1},\n{\"b\":2}\n,\n{\n\"c\":3}\n]"
        let lines = framed(text).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.firstIndex(of: "{ \"a\": 1}") == 1)
        #expect(lines.firstIndex(of: "{\"b\":2}") == 4)
        #expect(lines.firstIndex(of: "{ \"c\":3}") == 6)
    }

    @Test
    func `pieces of any size give the same records`() {
        let text =
            Self.forms.map(\.text).joined(separator: "\n") + "\n" + Self.answers.map(\.text).joined(separator: "\n")
        let whole = records(text)
        for size in [1, 2, 3, 5, 7, 11, 64] { #expect(records(text, by: size) == whole) }
    }

    @Test
    func `what is held is bounded`() {
        var framer = RecordFramer()
        var output: [UInt8] = []
        let piece = Array(repeating: UInt8(ascii: "x"), count: 1 << 16)
        Array("{\"hits\":[".utf8).withUnsafeBytes { framer.convert($0, into: &output) }
        Array("\"".utf8).withUnsafeBytes { framer.convert($0, into: &output) }
        for _ in 0..<64 { piece.withUnsafeBytes { framer.convert($0, into: &output) } }
        #expect(output.count > 3 << 20)
    }

    @Test
    func `arrays in arrays do not nest without end`() {
        let deep = String(repeating: "{\"hits\":[", count: 100_000)
        #expect(!framed(deep).isEmpty)
    }
}
