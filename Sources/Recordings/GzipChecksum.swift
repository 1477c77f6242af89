import CZlib

/// The checksum and the length of what was unpacked from a gzip file.
struct GzipChecksum {
    private var sum: UInt = 0
    private var length: UInt32 = 0

    mutating func add(_ content: UnsafeRawBufferPointer) {
        sum = crc32(sum, content.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(clamping: content.count))
        length &+= UInt32(truncatingIfNeeded: content.count)
    }

    /// Whether the last eight bytes of `file` are these.
    func isAtEnd(of file: FileRange) -> Bool {
        guard file.bounds.count >= 8 else { return false }
        var end: (UInt32, UInt32) = (0, 0)
        let count = withUnsafeMutableBytes(of: &end) { file.file.read(into: $0, at: file.bounds.upperBound - 8) }
        return count == 8 && UInt32(littleEndian: end.0) == UInt32(truncatingIfNeeded: sum)
            && UInt32(littleEndian: end.1) == length
    }
}
