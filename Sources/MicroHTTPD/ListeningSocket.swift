import Glibc

/// A TCP socket that listens; libmicrohttpd is given it, so that a port in use is told from other faults.
struct ListeningSocket {
    let descriptor: Int32
    /// The address in numbers.
    let address: String
    /// The actual port.
    let port: UInt16

    /// Listens on `host` and `port`; 0 takes a free port.
    ///
    /// - Throws: `DaemonError.badAddress`, `.cannotListen`.
    init(host: String, port: UInt16) throws(DaemonError) {
        let name = host == "localhost" ? "127.0.0.1" : host
        var ignored = in_addr()
        // getaddrinfo would take 1.2.3 for an address too.
        guard name.contains(":") || inet_pton(AF_INET, name, &ignored) == 1 else { throw .badAddress(host) }
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, String(port), &hints, &found) == 0, let entry = found else { throw .badAddress(host) }
        defer { freeaddrinfo(found) }

        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(entry.pointee.ai_family, type, 0)
        address = name
        guard descriptor >= 0 else { throw .cannotListen(address: name, code: errno) }
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // A restart must not wait for the old connections; IPv6 is IPv6 alone, whatever the system's default.
        guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size) == 0,
            entry.pointee.ai_family != AF_INET6
                || setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, size) == 0,
            bind(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0,
            listen(descriptor, SOMAXCONN) == 0,
            let port = Self.port(of: descriptor)
        else {
            let code = errno
            Glibc.close(descriptor)
            throw .cannotListen(address: name, code: code)
        }
        self.port = port
    }

    /// Gives the port back.
    func close() {
        // It cannot be tried again: the descriptor is gone whatever close says.
        Glibc.close(descriptor)
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { bytes -> UInt16? in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                getsockname(descriptor, address, &length) == 0
            else { return nil }
            // Both families have the port, in network order, after the family.
            return UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
        }
    }
}
