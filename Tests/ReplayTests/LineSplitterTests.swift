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
    func `lines are the same whatever the chunks`(chunk: Int) {
        #expect(split("a\n\nbcd\r\ne", chunk: chunk, max: 10) == ["a", "", "bcd\r", "e"])
        #expect(split("\n", chunk: chunk, max: 10) == [""])
        #expect(split("", chunk: chunk, max: 10) == [])
        #expect(split("123\n1234\n12345678901\n12\n", chunk: chunk, max: 3) == ["123", nil, nil, "12"])
        #expect(split("1\n1234", chunk: chunk, max: 3) == ["1", nil])
        #expect(split("1\n123", chunk: chunk, max: 3) == ["1", "123"])
    }
}
