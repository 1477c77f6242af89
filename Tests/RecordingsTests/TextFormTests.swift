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

    /// The output of a converter for `input` in pieces of `size` bytes.
    private static func convert(_ input: [UInt8], with converter: some TextConverter, size: Int) -> String {
        var (converter, output, start) = (converter, [UInt8](), 0)
        while start < input.count {
            let end = min(start + size, input.count)
            input[start..<end].withUnsafeBytes { converter.convert($0, into: &output) }
            start = end
        }
        converter.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
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

    @Test(arguments: 1...9) func `UTF-16 may be split anywhere`(size: Int) {
        let text = "aé日🦊b🦊"
        let bytes = Array(TextFormTests.utf16(text, littleEndian: true).dropFirst(2))
        #expect(TextFormTests.convert(bytes, with: UTF16Decoder(.little), size: size) == text)
    }

    @Test(arguments: [
        ([0x3D, 0xD8, 0x61, 0x00], "\u{FFFD}a"), ([0x8A, 0xDD, 0x61, 0x00], "\u{FFFD}a"),
        ([0x3D, 0xD8], "\u{FFFD}"), ([0x61, 0x00, 0x62], "a\u{FFFD}"),
        ([0x3D, 0xD8, 0x3D, 0xD8, 0x8A, 0xDD], "\u{FFFD}\u{1F58A}"),
    ])
    func `an incomplete character is replaced`(bytes: [UInt8], text: String) {
        for size in 1...6 {
            #expect(TextFormTests.convert(bytes, with: UTF16Decoder(.little), size: size) == text)
        }
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
            #expect(try Reading(blockBytes: block).text(path) == expected)
        }
        // The result does not depend on where the pieces are split.
        for size in 1...5 {
            let cut = TextFormTests.convert(Array(content.utf8), with: ObjectLines(), size: size)
            #expect(cut == expected || cut + "\n" == expected)
        }
    }

    @Test(arguments: [
        "{\"a\":1}\n{\n", "{\"a\":\"cut\n{\"a\":1}\n", "{\"a\":1}", "text\n[\n", "Record\n", "\n\n{\"a\":\"{\"}\n",
        "Record 1",
        "{", "{\"a\":1}{\"a\":2}\n",
    ])
    func `one object per line is unchanged, byte for byte`(content: String) throws {
        let path = folder.file("a.json", content)
        #expect(try Reading().text(path) == (content.hasSuffix("\n") ? content : content + "\n"))
    }

    @Test func `an array that is newest first is reversed`() throws {
        let spool = try TemporaryFolder()
        var reading = Reading(blockBytes: 100)
        reading.environment.temporaryFolder = spool.path
        let times = (1...50).reversed().map { "{\"t\":\($0)}" }
        let path = folder.file("a.json", "[\n" + times.joined(separator: ",\n") + "\n]\n")
        let blocks = try reading.blocks(path)
        #expect(blocks.text == times.reversed().map { $0 + "\n" }.joined())
        #expect(blocks.allSatisfy { $0.isReversed })
        #expect(spool.names == [] && spool.openDescriptors == 0)
    }

    @Test func `an array in UTF-16 in a zip is read too`() throws {
        let writer = try ArchiveWriter("\(folder.path)/a.zip", .zip)
        try writer.add("a.json", TextFormTests.utf16("[\r\n{\r\n\"a\": \"日\"\r\n}\r\n]", littleEndian: true))
        writer.close()
        #expect(try Reading().text("\(folder.path)/a.zip") == "{  \"a\": \"日\"  }\n")
    }

    @Test func `a line of an array that is too long is truncated`() throws {
        let path = folder.file("a.json", "[{\"a\":\"\(String(repeating: "x", count: 300))\"},{\"b\":2}]")
        #expect(try Reading(lineBytes: 10, blockBytes: 7).text(path) == "{\"a\":\"xxxxx\n{\"b\":2}\n")
    }
}
