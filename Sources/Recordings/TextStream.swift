import Bytes
import RecordText

/// The text of a part, converted to UTF-8 with one record per line.
final class TextStream: ByteStream {
    private let lines: any ByteStream
    /// The range of a file that contains the text unchanged, if any.
    let range: FileRange?
    /// Whether the text begins with a tag of XML, and is stored as UTF-8.
    let isMarkup: Bool

    /// Maximum number of bytes of a part that are inspected to detect its form.
    private static let detectionLimit = 1 << 20

    /// Inspects the start of `raw`, which is `range` of a file if that is not nil.
    init(_ raw: PeekableStream, range: FileRange? = nil) {
        // A single line from a pipe may be shorter than a byte order mark.
        raw.peek { $0.count >= 3 || $0.contains(.newline) }
        var text = raw
        var range = range
        if let order = ByteOrder(mark: raw.head) {
            raw.drop(2)
            text = PeekableStream(ConvertedStream(raw, UTF16Decoder(order)))
            range = nil
        } else if raw.head.starts(with: [0xEF, 0xBB, 0xBF]) {
            raw.drop(3)
            range?.bounds.removeFirst(3)
        }
        if range != nil {
            var hasRecordPerLine: Bool?
            text.peek { head in
                hasRecordPerLine = RecordFramer.hasRecordPerLine(head)
                return hasRecordPerLine != nil || head.count >= TextStream.detectionLimit
            }
            if hasRecordPerLine != true { range = nil }
        }
        isMarkup = text === raw && text.head.first { $0 > .space } == UInt8(ascii: "<")
        lines = ConvertedStream(text, RecordFramer())
        self.range = range
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        try lines.read(into: buffer)
    }
}
