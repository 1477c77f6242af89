/// The text of a part as UTF-8, one record a line, whatever it was written as.
final class TextStream: ByteStream {
    private let lines: any ByteStream
    /// Where the text lies in a file just as it is handed out.
    let range: FileRange?

    /// Most bytes of a part that are looked at to find out how it is written.
    private static let reach = 1 << 20

    /// Looks at the beginning of `raw`, which lies at `range` if it is a stretch of a file.
    init(_ raw: PeekableStream, range: FileRange? = nil) {
        // A line that comes out of a pipe alone may be shorter than a mark.
        raw.peek { $0.count >= 3 || $0.contains(.newline) }
        var text = raw
        var range = range
        switch raw.head.prefix(3) {
        case [0xEF, 0xBB, 0xBF]:
            raw.drop(3)
            range?.bounds.removeFirst(3)
        case let mark where mark.starts(with: [0xFF, 0xFE]):
            raw.drop(2)
            text = PeekableStream(ConvertedStream(raw, UTF16Decoder(.little)))
            range = nil
        case let mark where mark.starts(with: [0xFE, 0xFF]):
            raw.drop(2)
            text = PeekableStream(ConvertedStream(raw, UTF16Decoder(.big)))
            range = nil
        default: break
        }
        text.peek { $0.count >= TextStream.reach || ObjectLines.beginning(of: $0) != .unclear }
        let isObjects = ObjectLines.beginning(of: text.head) == .objects
        lines = isObjects ? ConvertedStream(text, ObjectLines()) : text
        self.range = isObjects ? nil : range
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        try lines.read(into: buffer)
    }
}
