import RecordText

/// A stream whose bytes are converted. Lines that the converter passes unchanged are not copied.
final class ConvertedStream<Converter: TextConverter>: ByteStream {
    private let upstream: any ByteStream
    private var converter: Converter
    private var output: [UInt8] = []
    /// Number of bytes of `output` already read.
    private var taken = 0
    /// The beginning of a line that has not been converted, because it can pass unchanged with its end.
    private var unfinished: [UInt8] = []
    private var isAtEnd = false

    init(_ upstream: any ByteStream, _ converter: Converter) {
        self.upstream = upstream
        self.converter = converter
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        while taken == output.count {
            if isAtEnd { return 0 }
            output.removeAll(keepingCapacity: true)
            taken = 0
            if unfinished.count >= buffer.count { convertUnfinished() }
            let free = UnsafeMutableRawBufferPointer(rebasing: buffer[unfinished.count...])
            let count = try upstream.read(into: free)
            isAtEnd = count == 0
            if isAtEnd {
                convertUnfinished()
                converter.finish(into: &output)
                continue
            }
            buffer.copyBytes(from: unfinished)
            let text = UnsafeRawBufferPointer(rebasing: buffer[..<(unfinished.count + count)])
            let passed = converter.passedLines(of: text)
            let rest = UnsafeRawBufferPointer(rebasing: text[passed...])
            let end = converter.passesLines ? rest.lastNewline(before: rest.count).map { $0 + 1 } ?? 0 : rest.count
            converter.convert(UnsafeRawBufferPointer(rebasing: rest[..<end]), into: &output)
            unfinished = Array(rest[end...])
            if passed > 0 { return passed }
        }
        let count = min(buffer.count, output.count - taken)
        buffer.copyBytes(from: output[taken..<taken + count])
        taken += count
        return count
    }

    private func convertUnfinished() {
        unfinished.withUnsafeBytes { converter.convert($0, into: &output) }
        unfinished = []
    }
}
