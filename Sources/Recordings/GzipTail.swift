import CZlib
import Glibc

/// The end of a gzip file that is cut short, up to the last byte that can be unpacked.
///
/// libarchive unpacks blocks of 64 KiB and gives up the last one whole if its input ends in it.
final class GzipTail: ByteStream {
    private let input: FileStream
    private var stream = z_stream()
    private var isOpen: Bool
    /// Whether a stream has ended and none has begun since.
    private var isBetween = false
    /// Whether what was read so far cannot be unpacked, or has a wrong checksum.
    private var isDamaged = false
    private let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
    /// The number of bytes that were returned by libarchive.
    private var toSkip: Int

    private let fault: RecordingFault

    /// The content of `file` behind its first `count` bytes, unpacked, and then `fault`.
    init(_ file: FileRange, skipping count: Int, upTo fault: RecordingFault) {
        self.fault = fault
        input = FileStream(file)
        toSkip = count
        isOpen = false
        isOpen = inflate_begin_gzip(&stream) == Z_OK
    }

    deinit {
        inflateEnd(&stream)
        piece.deallocate()
    }

    /// Whether all of `file` can be unpacked and has the right checksums.
    static func isSound(_ file: FileRange) -> Bool {
        let all = GzipTail(file, skipping: .max, upTo: RecordingFault(file.name, ""))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
        defer { buffer.deallocate() }
        // It throws at the end.
        _ = try? all.read(into: buffer)
        return !all.isDamaged
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        while isOpen {
            if stream.avail_in == 0 {
                let count = try input.read(into: piece)
                isOpen = count > 0
                stream.next_in = piece.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_in = UInt32(count)
            }
            // Zeros pad files on tapes.
            if isBetween, stream.avail_in > 0, stream.next_in?.pointee == 0 { break }
            stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.avail_out = UInt32(clamping: buffer.count)
            switch inflate(&stream, Z_NO_FLUSH) {
            case Z_OK: isBetween = false
            case Z_BUF_ERROR: break
            // Another one may follow.
            case Z_STREAM_END: (isOpen, isBetween) = (inflateReset(&stream) == Z_OK, true)
            default: (isOpen, isDamaged) = (false, true)
            }
            let count = min(buffer.count, Int(UInt32.max)) - Int(stream.avail_out)
            let skipped = min(count, toSkip)
            toSkip -= skipped
            if count > skipped {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[skipped..<count])
                buffer.copyMemory(from: rest)
                return rest.count
            }
        }
        throw fault
    }
}
