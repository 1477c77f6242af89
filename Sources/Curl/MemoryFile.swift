import CCurl
import Glibc

/// Bytes in memory, under a path that libcurl can open.
///
/// libcurl with GnuTLS takes certificates from a path only (CURLOPT_CAINFO_BLOB is not built in). No other process changes
/// this file, and reading it never blocks.
public final class MemoryFile: Sendable {
    private let descriptor: Int32

    /// A file of `bytes`, called `name` in the system's lists.
    ///
    /// - Throws: `Failure` when the system refuses.
    public init(_ bytes: [UInt8], name: String) throws(Failure) {
        let descriptor = memfd_create(name, 1)  // MFD_CLOEXEC
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else {
                let failure = errno
                close(descriptor)
                throw Failure(errno: failure)
            }
            rest = rest.dropFirst(max(0, count))
        }
        // Last: an initializer that throws once everything is set runs `deinit` too.
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// A path to the bytes, valid for as long as this object lives.
    public var path: String { "/proc/self/fd/\(descriptor)" }

    /// The system's error number.
    public struct Failure: Error, Hashable, Sendable {
        /// As in errno.
        public let errno: Int32
    }
}
