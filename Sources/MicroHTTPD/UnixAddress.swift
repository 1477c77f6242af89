import CMicroHTTPD  // SOCK_STREAM and the like are in whichever of the two is loaded first
import Glibc

/// The address of a unix domain socket, for system calls.
public struct UnixAddress: Sendable {
    private var address = sockaddr_un()
    /// Length of the name: with the NUL after a path, without one for a name in the abstract namespace.
    private let nameLength: Int

    /// The socket at `path`, or, after an `@`, with that name in the abstract namespace. Nil if `path` is empty, contains a
    /// NUL or is longer than 107 bytes.
    public init?(_ path: String) {
        var bytes = Array(path.utf8)
        guard 1..<MemoryLayout.size(ofValue: address.sun_path) ~= bytes.count, !bytes.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        nameLength = bytes.count + (bytes[0] == UInt8(ascii: "@") ? 0 : 1)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    }

    /// Binds a socket to the address; returns 0, or -1 and errno.
    public func bind(_ descriptor: Int32) -> Int32 { withPointer { Glibc.bind(descriptor, $0, $1) } }

    /// Connects a socket to the address; returns 0, or -1 and errno.
    public func connect(_ descriptor: Int32) -> Int32 { withPointer { Glibc.connect(descriptor, $0, $1) } }

    /// Sends a datagram to the address; returns the number of bytes, or -1 and errno. Never raises SIGPIPE.
    public func send(_ bytes: [UInt8], over descriptor: Int32) -> Int {
        withPointer { sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, $1) }
    }

    private func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sa_family_t>.size + nameLength))
            }
        }
    }

    /// Whether the path is a socket that nobody listens on.
    var isAbandoned: Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        // Connecting to a file that is not a socket also fails with ECONNREFUSED.
        return connect(descriptor) != 0 && errno == ECONNREFUSED && isSocket
    }

    private var isSocket: Bool {
        var status = stat()
        var address = address
        let result = withUnsafeBytes(of: &address.sun_path) { bytes in
            bytes.baseAddress.map { lstat($0.assumingMemoryBound(to: CChar.self), &status) }
        }
        return result == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }
}
