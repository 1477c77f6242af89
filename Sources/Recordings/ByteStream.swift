import Glibc

/// A sequence of bytes that can be read once.
protocol ByteStream: AnyObject {
    /// Reads the next available bytes into the start of `buffer`.
    ///
    /// - Returns: The number of bytes; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int
}

/// A range of a file with random access.
struct FileRange {
    let file: Descriptor
    /// The file's name in faults.
    let name: String
    var bounds: Range<Int>
}

/// Reads a range of a file from start to end. Does not change the descriptor's offset.
final class FileStream: ByteStream {
    private var range: FileRange
    /// Offset of the next byte.
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

/// The bytes from a pipe, a terminal or a socket.
final class PipeStream: ByteStream {
    private let pipe: Descriptor
    /// The stream's name in messages.
    let name: String
    /// Number of bytes received.
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
