import Glibc

/// Reads small files whose paths come from others: an operator, or a client of the API.
///
/// A read never waits for a writer, always ends, and opens no device: anything but a regular file with a size is
/// refused.
public enum RegularFile {
    /// The reason why a file was not read.
    public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// The path is empty or contains a NUL, where the system would end it.
        case path
        /// The system's error number.
        case system(Int32)
        /// It is not a regular file: a directory, a FIFO, a device.
        case notRegular(kind: String)
        /// It has content, but the size 0, like files of `/proc`: the content may have no end.
        case withoutSize
        /// It has more than this number of bytes.
        case tooLong(limit: Int)

        /// The error as a phrase that follows the path: `cannot be read: No such file or directory`.
        public var description: String {
            switch self {
            case .path: "is not a path"
            case .system(let number): "cannot be read: " + String(cString: strerror(number))
            case .notRegular(let kind): "is \(kind), not a regular file"
            case .withoutSize: "is not a regular file: it has content but no size, as files of /proc have"
            case .tooLong(let limit): "is longer than \(limit) bytes"
            }
        }
    }

    /// The bytes of the file at `path`, at most `limit`. Symbolic links are followed.
    ///
    /// Can be called on any thread. Because a network file system may still take its time, do not call it on a thread
    /// that others need.
    ///
    /// - Throws: `Fault` if the file cannot be read, is not a regular file with a size, or is longer than `limit`.
    public static func read(_ path: String, limit: Int) throws(Fault) -> [UInt8] {
        let descriptor = try open(path)
        defer { close(descriptor) }
        let size = Int(try status(of: descriptor).st_size)
        guard size <= limit else { throw .tooLong(limit: limit) }
        // The size is a hint: the file may grow while it is read.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + 1)
        while try readPart(of: descriptor, into: &bytes, atMost: min(65_536, limit + 1 - bytes.count)) {
            guard bytes.count <= limit else { throw .tooLong(limit: limit) }
            // An empty file may have been written meanwhile.
            if size == 0, try status(of: descriptor).st_size == 0 { throw .withoutSize }
        }
        return bytes
    }

    /// The identity of the file at a path and its last modification. A different value means that the file may have
    /// changed.
    public struct Version: Hashable, Sendable {
        private let device: UInt64
        private let inode: UInt64
        private let size: Int64
        private let written: [Int]

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            written = [
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }

    /// The version of the file at `path`. Does not open the file.
    ///
    /// - Throws: `Fault` if the file does not exist or is not a regular file.
    public static func version(_ path: String) throws(Fault) -> Version {
        Version(try status(at: path))
    }

    private static func open(_ path: String) throws(Fault) -> Int32 {
        // Opening a device can already have an effect, so check the path first; the check after opening decides.
        _ = try status(at: path)
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .system(errno) }
        do throws(Fault) {
            try check(try status(of: descriptor))
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func status(at path: String) throws(Fault) -> stat {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .path }
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system(errno) }
        try check(status)
        return status
    }

    private static func status(of descriptor: Int32) throws(Fault) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno) }
        return status
    }

    private static func check(_ status: stat) throws(Fault) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw .notRegular(kind: "a directory")
        case S_IFIFO: throw .notRegular(kind: "a FIFO")
        case S_IFSOCK: throw .notRegular(kind: "a socket")
        default: throw .notRegular(kind: "a device")
        }
    }

    /// Appends up to `count` bytes; false at the end.
    private static func readPart(
        of descriptor: Int32, into bytes: inout [UInt8], atMost count: Int
    ) throws(Fault) -> Bool {
        var part = 0
        var failure: Int32 = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            part = DescriptorIO.read(descriptor, into: UnsafeMutableRawBufferPointer(buffer))
            failure = errno
            initialized = max(0, part)
        }
        guard part >= 0 else { throw .system(failure) }
        bytes += chunk
        return part > 0
    }
}
