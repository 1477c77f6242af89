/// The parts of one recording, in their order, once.
protocol PartSequence: AnyObject {
    /// The next part; nil behind the last one. What was not read of the one before is passed over.
    func next() throws(RecordingFault) -> RawPart?
    /// How many bytes of the file, as it lies there, were read.
    var position: UInt64 { get }
    /// What is in the file and is no part, by the names that messages have for it; the first ones.
    var passedOver: [String] { get }
}

extension PartSequence {
    var passedOver: [String] { [] }
}

/// One part as it is written.
struct RawPart {
    /// What it is called in messages.
    let name: String
    let bytes: PeekableStream
    /// Where the bytes lie as they are.
    var range: FileRange?
}

/// A file that is one part.
final class SinglePart: PartSequence {
    private var part: RawPart?
    private let progress: () -> UInt64

    /// A stretch of a file.
    init(_ range: FileRange) {
        let stream = FileStream(range)
        part = RawPart(name: range.name, bytes: PeekableStream(stream), range: range)
        progress = { UInt64(stream.offset) }
    }

    /// What comes out of somewhere; `progress` is how much came.
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
