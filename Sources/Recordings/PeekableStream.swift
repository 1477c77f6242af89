/// A stream whose start can be inspected before it is read.
final class PeekableStream: ByteStream {
    private let upstream: any ByteStream
    /// Bytes that were inspected but not read yet.
    private(set) var head: [UInt8] = []
    /// A fault of `peek`, to be thrown after the bytes before it.
    private var fault: RecordingFault?
    private var isAtEnd = false

    private static let step = 1 << 16

    init(_ upstream: any ByteStream) { self.upstream = upstream }

    /// Extends the head until `isEnough` returns true for it, or the stream ends.
    func peek(until isEnough: ([UInt8]) -> Bool) {
        while !isEnough(head), !isAtEnd, fault == nil {
            let known = head
            do throws(RecordingFault) {
                head = try [UInt8](unsafeCapacity: known.count + PeekableStream.step) {
                    buffer throws(RecordingFault) in
                    buffer.copyBytes(from: known)
                    let count = try upstream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[known.count...]))
                    return known.count + count
                }
                isAtEnd = head.count == known.count
            } catch {
                fault = error
            }
        }
    }

    /// Whether the bytes after the head cannot be read.
    var isDamaged: Bool { fault != nil }

    /// Removes the first `count` bytes of the head.
    func drop(_ count: Int) { head.removeFirst(count) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        if !head.isEmpty {
            let count = min(head.count, buffer.count)
            buffer.copyBytes(from: head[..<count])
            head.removeFirst(count)
            return count
        }
        if let fault { throw fault }
        return isAtEnd ? 0 : try upstream.read(into: buffer)
    }
}

extension [UInt8] {
    /// Creates an array from an uninitialized buffer of `capacity` bytes. `fill` writes to its start and returns the number of
    /// bytes.
    init<Failure>(
        unsafeCapacity capacity: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        var failure: Failure?
        self.init(unsafeUninitializedCapacity: capacity) { buffer, count in
            do throws(Failure) {
                count = try fill(UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
