import RecordText

/// A stream whose bytes are converted.
final class ConvertedStream<Converter: TextConverter>: ByteStream {
    private let upstream: any ByteStream
    private var converter: Converter
    private var output: [UInt8] = []
    /// Number of bytes of `output` already read.
    private var taken = 0
    private var isAtEnd = false
    private let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 1)

    init(_ upstream: any ByteStream, _ converter: Converter) {
        self.upstream = upstream
        self.converter = converter
    }

    deinit { piece.deallocate() }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        while taken == output.count {
            if isAtEnd { return 0 }
            output.removeAll(keepingCapacity: true)
            taken = 0
            let count = try upstream.read(into: piece)
            isAtEnd = count == 0
            if isAtEnd {
                converter.finish(into: &output)
            } else {
                converter.convert(UnsafeRawBufferPointer(rebasing: piece[..<count]), into: &output)
            }
        }
        let count = min(buffer.count, output.count - taken)
        buffer.copyBytes(from: output[taken..<taken + count])
        taken += count
        return count
    }
}
