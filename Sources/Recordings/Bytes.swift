import Bytes
import CArchive
import Glibc

extension UnsafeRawBufferPointer {
    /// Position of the last newline before `end`, at or after `start`.
    func lastNewline(from start: Int = 0, before end: Int) -> Int? {
        guard let base = baseAddress, start < end,
            let found = memrchr(base + start, Int32(UInt8.newline), end - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
