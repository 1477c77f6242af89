/// The parts of one recording, in order; can be iterated once.
protocol PartSequence: AnyObject {
    /// The next part; nil at the end. The unread rest of the previous part is skipped.
    func next() throws(RecordingFault) -> RawPart?
    /// Bytes of the file, as stored, read so far.
    var position: UInt64 { get }
    /// The members of the file so far that are not parts.
    var unread: UnreadParts { get }
}

extension PartSequence {
    var unread: UnreadParts { UnreadParts() }
}

/// One part in its original encoding.
struct RawPart {
    /// The part's name in messages.
    let name: String
    let bytes: PeekableStream
    /// The range of a file that contains the bytes unchanged, if any.
    var range: FileRange?
}

/// A file with a single part.
final class SinglePart: PartSequence {
    private var part: RawPart?
    private let progress: () -> UInt64

    /// Creates the part for a range of a file.
    init(_ range: FileRange) {
        let stream = FileStream(range)
        part = RawPart(name: range.name, bytes: PeekableStream(stream), range: range)
        progress = { UInt64(stream.offset) }
    }

    /// Creates the part for a stream; `progress` returns the number of bytes received.
    init(name: String, bytes: PeekableStream, progress: @escaping () -> UInt64) {
        part = RawPart(name: name, bytes: bytes)
        self.progress = progress
    }

    var position: UInt64 { progress() }

    func next() -> RawPart? {
        defer { part = nil }
        return part
    }
}
