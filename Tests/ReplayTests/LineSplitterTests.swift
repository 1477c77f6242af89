import Testing

@testable import Replay

struct LineSplitterTests {
    private func split(_ text: String, chunk: Int, max: Int) -> [String?] {
        var splitter = LineSplitter(maxLineBytes: max)
        var lines: [String?] = []
        func add(_ line: LineSplitter.Line) {
            switch line {
            case .inPlace(let bytes): lines.append(String(decoding: bytes, as: UTF8.self))
            case .joined(let bytes): lines.append(String(decoding: bytes, as: UTF8.self))
            case .tooLong: lines.append(nil)
            }
        }
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes { piece in
                var offset = 0
                while let line = splitter.next(in: piece, from: &offset) { add(line) }
                #expect(offset == piece.count)
            }
        }
        if let line = splitter.last() { add(line) }
        if splitter.last() != nil { Issue.record("the last line came twice") }
        return lines
    }

    @Test(arguments: [1, 2, 3, 4, 5, 7, 100])
    func `chunk sizes do not affect the lines`(chunk: Int) {
        #expect(split("a\n\nbcd\r\ne", chunk: chunk, max: 10) == ["a", "", "bcd\r", "e"])
        #expect(split("\n", chunk: chunk, max: 10) == [""])
        #expect(split("", chunk: chunk, max: 10) == [])
        #expect(split("123\n1234\n12345678901\n12\n", chunk: chunk, max: 3) == ["123", nil, nil, "12"])
        #expect(split("1\n1234", chunk: chunk, max: 3) == ["1", nil])
        #expect(split("1\n123", chunk: chunk, max: 3) == ["1", "123"])
    }

    @Test(arguments: [
        ("", 0, 0), ("a\n", 0, 0), ("\n", 1, 1), ("\n\n\n", 3, 3), (" \t\r\n\na\n\n", 2, 5), ("\n  a\n", 1, 1),
        ("\n   ", 1, 1), ("\n\u{0}\n", 1, 1), ("\n     \n\n", 1, 1),
    ])
    func `complete blank lines are skipped, up to a line that is not blank or too long`(
        text: String, count: Int, offset: Int
    ) {
        var splitter = LineSplitter(maxLineBytes: 4)
        var (found, place) = (0, 0)
        Array(text.utf8).withUnsafeBytes { found = splitter.skipBlankLines(in: $0, from: &place) }
        #expect((found, place) == (count, offset))
    }

    @Test func `nothing is skipped within an incomplete line`() {
        var splitter = LineSplitter(maxLineBytes: 4)
        var offset = 0
        Array("a".utf8).withUnsafeBytes { _ = splitter.next(in: $0, from: &offset) }
        offset = 0
        Array("\n\n".utf8).withUnsafeBytes { bytes in
            let skipped = splitter.skipBlankLines(in: bytes, from: &offset)
            #expect(skipped == 0)
            let line = splitter.next(in: bytes, from: &offset)
            #expect(line != nil)
            let behind = splitter.skipBlankLines(in: bytes, from: &offset)
            #expect((behind, offset) == (1, 2))
        }
    }
}
