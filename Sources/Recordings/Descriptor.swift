import Bytes
import Glibc

/// Owns an open file descriptor.
final class Descriptor {
    let number: Int32

    /// Takes ownership of `number`: nobody else may close it.
    init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// The file's status; nil with errno set.
    var status: stat? {
        var status = stat()
        return fstat(number, &status) == 0 ? status : nil
    }

    /// Reads once, at `offset` or at the current position; returns -1 with errno set, and 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int? = nil) -> Int {
        guard let offset else { return DescriptorIO.read(number, into: buffer) }
        while true {
            let count = pread(number, buffer.baseAddress, buffer.count, offset)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    /// Writes all of `bytes`; false with errno set.
    func write(_ bytes: [UInt8]) -> Bool {
        DescriptorIO.write(bytes, to: number) == 0
    }
}

extension stat {
    var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }
    var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }

    /// A description if this is a device, which may never end; nil for anything else and for /dev/null.
    var endlessKind: String? {
        switch st_mode & S_IFMT {
        case S_IFBLK: "a device"
        // Device 1:3.
        case S_IFCHR where st_rdev != 0x103: "a device"
        default: nil
        }
    }
}
