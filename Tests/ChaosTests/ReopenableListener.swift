import Glibc

/// A TCP socket on a loopback port that stays reserved while the socket does not listen.
final class ReopenableListener: @unchecked Sendable {  // used by one thread at a time
    private(set) var descriptor: Int32
    let port: UInt16
    private(set) var isOpen = true

    init() throws {
        // The port is bound by number, because a port that the system chose is released when the socket stops
        // listening.
        while true {
            let probe = try ReopenableListener.bound(to: 0)
            let port = ReopenableListener.port(of: probe)
            close(probe)
            if let descriptor = try? ReopenableListener.bound(to: port) {
                self.descriptor = descriptor
                self.port = port
                break
            }
        }
        guard listen(descriptor, 4096) == 0 else { throw SocketFailure(call: "listen", code: errno) }
    }

    deinit { close(descriptor) }

    /// Stops listening: waiting connections are reset, new ones refused.
    func shut() {
        guard isOpen, shutdown(descriptor, Int32(SHUT_RDWR)) == 0 else { return }
        isOpen = false
    }

    /// Listens again. If `isOpen` shows that it failed, try again.
    func reopen() {
        guard !isOpen, listen(descriptor, 4096) == 0 else { return }
        isOpen = true
    }

    private static func bound(to port: UInt16) throws -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw SocketFailure(call: "socket", code: errno) }
        // Otherwise it could not listen again while an earlier connection is left.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in.loopback(port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw SocketFailure(call: "bind", code: errno)
        }
        return descriptor
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }
}

extension sockaddr_in {
    /// A port of 127.0.0.1.
    static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
