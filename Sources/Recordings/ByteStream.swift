import Glibc

/// Bytes from the first to the last, once.
protocol ByteStream: AnyObject {
    /// Writes the next bytes to the beginning of `buffer`, as many as there are at hand.
    ///
    /// - Returns: how many; 0 behind the last one.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int
}

/// A stretch of a file that can be read at any place.
struct FileRange {
    let file: Descriptor
    /// What faults call the file.
    let name: String
    var bounds: Range<Int>
}

/// A stretch of a file, from its beginning to its end. Leaves the descriptor's own offset alone.
final class FileStream: ByteStream {
    private var range: FileRange
    /// Where the next byte is read.
    var offset: Int { range.bounds.lowerBound }

    init(_ range: FileRange) { self.range = range }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, range.bounds.count)])
        let count = range.file.read(into: wanted, at: range.bounds.lowerBound)
        guard count >= 0 else { throw RecordingFault(range.name, "cannot be read", errno: errno) }
        range.bounds = range.bounds.dropFirst(count)
        return count
    }
}

/// What comes out of a pipe, a terminal or a socket.
final class PipeStream: ByteStream {
    private let pipe: Descriptor
    /// What it is called in messages.
    let name: String
    /// How many bytes came.
    private(set) var count: UInt64 = 0

    init(_ pipe: Descriptor, name: String) {
        self.pipe = pipe
        self.name = name
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        let count = pipe.read(into: buffer)
        guard count >= 0 else { throw RecordingFault(name, "cannot be read", errno: errno) }
        self.count += UInt64(count)
        return count
    }
}
