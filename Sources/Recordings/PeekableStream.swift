/// A stream whose beginning can be looked at before it is read.
final class PeekableStream: ByteStream {
    private let upstream: any ByteStream
    /// What was looked at and not read yet.
    private(set) var head: [UInt8] = []
    /// Came while looking; is thrown behind the bytes that came before it.
    private var fault: RecordingFault?
    private var isAtEnd = false

    private static let step = 1 << 16

    init(_ upstream: any ByteStream) { self.upstream = upstream }

    /// Looks further until `isEnough` says so of the head, or there is no more.
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

    /// Leaves out the first `count` bytes, which were looked at.
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
    /// An array of at most `capacity` bytes, of which `fill` writes the beginning and says how many; they are not zeroed
    /// before. Nothing is left of them when it throws.
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
