import Bytes

extension FileRange {
    /// Whether each line is an object or blank, so that lines can be read in any order. Reads all of it.
    func isRecordPerLine() throws(RecordingFault) -> Bool {
        let stream = FileStream(self)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 1)
        defer { piece.deallocate() }
        var line = LineEnds()
        while true {
            let count = try stream.read(into: piece)
            if count == 0 { return line.isRecord }
            let text = UnsafeRawBufferPointer(rebasing: piece[..<count])
            var start = 0
            while let newline = text.offset(of: .newline, from: start) {
                line.add(UnsafeRawBufferPointer(rebasing: text[start..<newline]))
                guard line.isRecord else { return false }
                (line, start) = (LineEnds(), newline + 1)
            }
            line.add(UnsafeRawBufferPointer(rebasing: text[start...]))
        }
    }
}

/// The first and the last character of a line that are not blank.
private struct LineEnds {
    private var first: UInt8?
    private var last: UInt8?

    var isRecord: Bool { first == nil || first == UInt8(ascii: "{") && last == UInt8(ascii: "}") }

    mutating func add(_ part: UnsafeRawBufferPointer) {
        first = first ?? part.first { $0 > .space }
        last = part.last { $0 > .space } ?? last
    }
}
