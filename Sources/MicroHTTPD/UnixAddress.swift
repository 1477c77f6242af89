import CMicroHTTPD  // SOCK_STREAM and the like are in whichever of the two is loaded first
import Glibc

/// The address of a unix domain socket as the system takes it.
public struct UnixAddress: Sendable {
    private var address = sockaddr_un()
    /// Without the NUL behind a path it would be the name in the abstract namespace that is longer.
    private let nameLength: Int

    /// The socket at `path`, or, with `@` before it, of that name in the abstract namespace. Nil when it is empty, has a
    /// NUL or is longer than 107 bytes.
    public init?(_ path: String) {
        var bytes = Array(path.utf8)
        guard 1..<MemoryLayout.size(ofValue: address.sun_path) ~= bytes.count, !bytes.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        nameLength = bytes.count + (bytes[0] == UInt8(ascii: "@") ? 0 : 1)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    }

    /// Binds a socket to the address; 0, or -1 and errno.
    public func bind(_ descriptor: Int32) -> Int32 { withPointer { Glibc.bind(descriptor, $0, $1) } }

    /// Connects a socket to the address; 0, or -1 and errno.
    public func connect(_ descriptor: Int32) -> Int32 { withPointer { Glibc.connect(descriptor, $0, $1) } }

    /// Sends a datagram to the address; how many bytes, or -1 and errno. No SIGPIPE.
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

    /// Whether there is a socket at the path that nobody listens on.
    var isAbandoned: Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        // For a file that is no socket it is ECONNREFUSED too.
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
