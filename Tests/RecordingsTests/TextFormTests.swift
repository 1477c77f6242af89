import TestSupport
import Testing

@testable import Recordings

@Suite struct TextFormTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func utf16(_ text: String, littleEndian: Bool) -> [UInt8] {
        ("\u{FEFF}" + text).utf16.flatMap { unit in
            let bytes = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            return littleEndian ? bytes : bytes.reversed()
        }
    }

    /// The records in a text. Empty lines stand for the newlines inside of records.
    private static func records(_ text: String) -> [Substring] {
        text.split(whereSeparator: \.isNewline).filter { $0.contains { $0 != " " } }
    }

    @Test(arguments: RecordingOrder.allCases) func `a UTF-8 byte order mark is dropped`(order: RecordingOrder) throws {
        let path = folder.file("a.json", "\u{FEFF}a\nb\n")
        for block in 1...5 {
            #expect(
                try Reading(order: order, blockBytes: block).text(path) == (order == .reverse ? "b\na\n" : "a\nb\n"))
        }
        #expect(try Reading(order: order).text(folder.file("b.json", "\u{FEFF}")) == "")
    }

    @Test(arguments: [true, false]) func `UTF-16 becomes UTF-8`(littleEndian: Bool) throws {
        let content = lines((1...50).reversed()) + "zażółć 日本 🦊\r\n"
        let path = folder.file("a.json", TextFormTests.utf16(content, littleEndian: littleEndian))
        #expect(try Reading(order: .forward, blockBytes: 7).text(path) == content)
        #expect(try Reading(blockBytes: 7).text(path) == "zażółć 日本 🦊\r\n" + lines(1...50))
    }

    @Test(arguments: [
        ("[{\"a\":1},{\"a\":2}]", "{\"a\":1}\n{\"a\":2}\n"),
        (" \r\n[\r\n  {\r\n    \"a\": [1, [2]]\r\n  },\r\n  {}\r\n]\r\n", "{      \"a\": [1, [2]]    }\n{}\n"),
        ("{\n \"a\": {\"b\": []}\n}\n{\n}\n", "{  \"a\": {\"b\": []} }\n{ }\n"),
        ("{\n\"a\":1}{\"b\":2}", "{ \"a\":1}\n{\"b\":2}\n"),
        ("Record 1\n{\n\"a\": 1\n}\nRecord 27\r\n{\n}\n", "{ \"a\": 1 }\n{ }\n"),
        ("[{\"a\":\"]}\\\"{[\\\\\"},{\"b\":\"\\\\\\\"}\"}]", "{\"a\":\"]}\\\"{[\\\\\"}\n{\"b\":\"\\\\\\\"}\"}\n"),
        ("[]", ""), ("[\n]\n", ""),
        // Values that are not objects, and broken ones, are kept so that they can be reported.
        ("[\n1,\n\"a{\",\n{\"a\":1}\n]\n", "1,\n\"a{\",\n{\"a\":1}\n"),
        ("Record 1\nRecord one\n{\n}", "Record one\n{ }\n"),
        ("[{\"a\":\"cut\n{\"b\":\n2}]", "{\"a\":\"cut\n{\"b\": 2}\n"),
        ("[{\"a\":1", "{\"a\":1\n"),
    ])
    func `objects over several lines, or in an array, become lines`(content: String, expected: String) throws {
        let path = folder.file("a.json", content)
        for block in [1, 3, 1000] {
            #expect(TextFormTests.records(try Reading(blockBytes: block).text(path)) == TextFormTests.records(expected))
        }
    }

    @Test(arguments: [
        "{\"a\":1}\n{", "{\"a\":\"cut\n{\"a\":1}\n", "{\"a\":1}", "text\n", "Record\n",
        "\n\n{\"a\":\"{\"}\n{\"a\":1}\r\n", "{",
        "{\"a\":1}\n{\"a\":1}{\"a\":2}\n",
    ])
    func `one object per line is unchanged, byte for byte`(content: String) throws {
        let path = folder.file("a.json", content)
        #expect(try Reading().text(path) == (content.utf8.last == UInt8(ascii: "\n") ? content : content + "\n"))
    }

    /// A text that is read in one piece is looked into from its start to its end; in small pieces, most of its lines pass.
    @Test(arguments: 0..<32 as Range<UInt64>)
    func `lines that pass give the same text as lines that are looked into`(seed: UInt64) throws {
        let pieces = [
            "{\"a\":1}\n", "{\"a\":1}\n", "{\"a\":1}\n", "{\"text\":\"longer than a block\"}\n", "{\"a\":1}\r\n",
            "{\"a\":1},\n",
            "{\"a\":1} \n", " {\"a\":1}\n", "{}{}\n", "[{\"a\":1},\n{\"b\":2}]\n", "{\n}\n", "{\"cut\n", "text\n", "\n",
            " \n", "}\n",
            "{\"hits\":[\n{}\n]}\n", "<Event>\n</Event>\n",
        ]
        var generator = SplitMix(seed: seed)
        for _ in 0..<16 {
            let content = pieces[0] + (0..<12).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            let text = content + (seed.isMultiple(of: 2) ? "" : "{\"a\":")
            let path = folder.file("a.json", text)
            let whole = try Reading(order: .forward).text(path)
            for block in [1, 2, 7, 8, 9, 10, 11, 16, 30, 60, 100] {
                let read = try Reading(order: .forward, blockBytes: block).text(path)
                #expect(read == whole, "\(text.debugDescription) by \(block)")
            }
        }
    }

    @Test func `an array that is newest first is reversed`() throws {
        let spool = try TemporaryFolder()
        var reading = Reading(blockBytes: 100)
        reading.environment.temporaryFolder = spool.path
        let times = (1...50).reversed().map { "{\"t\":\($0)}" }
        let path = folder.file("a.json", "[\n" + times.joined(separator: ",\n") + "\n]\n")
        let blocks = try reading.blocks(path)
        #expect(TextFormTests.records(blocks.text) == times.reversed().map { $0[...] })
        #expect(blocks.allSatisfy { $0.isReversed })
        #expect(spool.names == [] && spool.openDescriptors == 0)
    }

    /// In any layout, with or without a newline at the end, the last record is the first one.
    @Test(arguments: [
        ("[", ",", "]"), ("[\n", ",\n", "\n]\n"), ("", "", ""), ("", "\n", ""), ("", "\r\n", "\r\n"), ("", ",\n", "\n"),
        ("\u{1E}", "\n\u{1E}", "\n"), ("{\"hits\":[", ",", "]}"), ("{\"hits\":[", ",", "]}\n"), ("\n\n", "\n", "\n"),
        ("", " ", "\n"), ("text\n", "\n", "\n"),
    ])
    func `records that are newest first are reversed`(head: String, separator: String, end: String) throws {
        let times = (1...50).reversed().map { "{\"t\":\($0)}" }
        let path = folder.file("a.json", head + times.joined(separator: separator) + end)
        for block in [7, 1 << 18] {
            for order in [RecordingOrder.auto, .reverse] {
                let text = try Reading(order: order, blockBytes: block).text(path)
                let records = text.split(whereSeparator: \.isNewline).filter { $0.contains("{") }
                #expect(records.map { $0.filter { $0.isNumber } } == (1...50).map(String.init), "\(block) \(order)")
            }
        }
    }

    /// A first line that is a record, or a text, says nothing of the others.
    @Test(arguments: ["{\"t\":50}\n", "# exported\n", "# exported\r\n", "{\"exported\":\"2020\"}\n", "\n \n"])
    func `records over several lines that are newest first are reversed`(head: String) throws {
        let times = (1..<50).reversed().map { "{\"t\":\($0),\n  \"a\": {}\n}" }
        let path = folder.file("a.json", head + times.joined(separator: "\n") + "\n{\"t\":0}\n")
        for order in [RecordingOrder.auto, .reverse] {
            let text = try Reading(order: order, blockBytes: 100).text(path)
            let found = text.split(whereSeparator: \.isNewline).compactMap { line in
                line.hasPrefix("{\"t\":") ? Int(line.dropFirst(5).prefix { $0.isNumber }) : nil
            }
            #expect(found == Array(0...(head.contains("50") ? 50 : 49)), "\(order)")
        }
    }

    /// The last bytes, in which the order is looked for, begin anywhere in an event.
    @Test(arguments: ["", "<?xml version='1.0'?>\n<Events>", " \n"], ["\n", ""])
    func `the order of events of XML shows in their last bytes`(head: String, separator: String) throws {
        for (times, isReversed) in [(Array(10...40), false), ((10...40).reversed(), true)] {
            let events = times.map { "<Event>\n<t>\($0)</t><Data>1 &lt;t> 7</Data></Event>" }
            let path = folder.file("a.xml", head + events.joined(separator: separator) + "</Events>\n")
            for lineBytes in 60...300 {
                let blocks = try Reading(lineBytes: lineBytes).blocks(path)
                #expect(blocks.isReversed == isReversed, "\(lineBytes)")
                #expect(blocks.text.split(separator: "\n").count { $0.hasPrefix("<") } == times.count)
            }
        }
    }

    @Test func `an array in UTF-16 in a zip is read too`() throws {
        let writer = try ArchiveWriter("\(folder.path)/a.zip", .zip)
        try writer.add("a.json", TextFormTests.utf16("[\r\n{\r\n\"a\": \"日\"\r\n}\r\n]", littleEndian: true))
        writer.close()
        #expect(TextFormTests.records(try Reading().text("\(folder.path)/a.zip")) == ["{  \"a\": \"日\"  }"])
    }

    @Test func `a line of an array that is too long is truncated`() throws {
        let path = folder.file("a.json", "[{\"a\":\"\(String(repeating: "x", count: 300))\"},{\"b\":2}]")
        #expect(try Reading(lineBytes: 10, blockBytes: 7).text(path) == "{\"a\":\"xxxxx\n{\"b\":2}\n")
    }
}
