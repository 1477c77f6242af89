import CCurl
import Glibc

/// A file in memory with a path that libcurl can open.
///
/// libcurl with GnuTLS reads certificates only from a path (CURLOPT_CAINFO_BLOB is not built in). No other process can
/// change this file, and reading it never blocks.
public final class MemoryFile: Sendable {
    private let descriptor: Int32

    /// A file with `bytes`. The system shows `name` in /proc.
    ///
    /// - Throws: `Failure` if the file cannot be created or written.
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

    /// The path of the file, valid while this object exists.
    public var path: String { "/proc/self/fd/\(descriptor)" }

    /// A failed system call.
    public struct Failure: Error, Hashable, Sendable {
        /// The system's error number.
        public let errno: Int32
    }
}
