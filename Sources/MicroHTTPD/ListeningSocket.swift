import CMicroHTTPD  // SOCK_STREAM and the like are in whichever of the two is loaded first
import Glibc

/// A listening socket.
struct ListeningSocket {
    let descriptor: Int32
    /// The actual address of the socket.
    let address: ListeningAddress
    /// Whether the socket was passed to this process. Other processes may accept from it later.
    let isPassed: Bool
    /// The file to remove when the socket is closed.
    private let path: String?

    /// Listens on `endpoint`.
    ///
    /// - Throws: `DaemonError.badAddress`, `.cannotListen`.
    init(_ endpoint: Endpoint) throws(DaemonError) {
        if case .passed = endpoint { isPassed = true } else { isPassed = false }
        switch endpoint {
        case .tcp(let host, let port):
            descriptor = try Self.listen(host, port)
            path = nil
        case .unix(let path, let mode):
            descriptor = try Self.listen(path, mode: mode)
            self.path = path
        case .passed(let descriptor):
            try Self.prepare(passed: descriptor)
            self.descriptor = descriptor
            path = nil
        }
        guard let address = ListeningAddress(of: descriptor) else {
            let code = errno
            Glibc.close(descriptor)
            throw .cannotListen(address: "\(endpoint)", code: code)
        }
        self.address = address
    }

    /// Closes the socket and removes its file.
    func close() {
        if let path { unlink(path) }
        // No retry: the descriptor is closed even if close fails.
        Glibc.close(descriptor)
    }

    private static let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)

    private static func listen(_ host: String, _ port: UInt16) throws(DaemonError) -> Int32 {
        let name = host == "localhost" ? "127.0.0.1" : host
        var ignored = in_addr()
        // getaddrinfo would also accept 1.2.3 as an address.
        guard name.contains(":") || inet_pton(AF_INET, name, &ignored) == 1 else { throw .badAddress(host) }
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, String(port), &hints, &found) == 0, let entry = found else { throw .badAddress(host) }
        defer { freeaddrinfo(found) }

        return try listening(entry.pointee.ai_family, at: name) { descriptor in
            var one: Int32 = 1
            let size = socklen_t(MemoryLayout<Int32>.size)
            // A restart must not wait for old connections. IPv6 sockets are IPv6 only, whatever the system's default.
            return setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size) == 0
                && (entry.pointee.ai_family != AF_INET6
                    || setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, size) == 0)
                && bind(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0
        }
    }

    private static func listen(_ path: String, mode: UInt32) throws(DaemonError) -> Int32 {
        // A name in the abstract namespace has no mode: anybody could connect.
        guard !path.hasPrefix("@"), let address = UnixAddress(path) else { throw .badAddress(path) }
        if address.isAbandoned { unlink(path) }
        return try listening(AF_UNIX, at: path) { descriptor in
            // On Linux the socket's file inherits the descriptor's mode, so it never exists with a wider one.
            fchmod(descriptor, mode) == 0 && address.bind(descriptor) == 0
                && chmod(path, mode) == 0
        }
    }

    /// Creates a socket of `family`, binds it with `bind`, and listens.
    private static func listening(
        _ family: Int32, at address: String, bind: (Int32) -> Bool
    ) throws(DaemonError) -> Int32 {
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw .cannotListen(address: address, code: errno) }
        guard bind(descriptor), Glibc.listen(descriptor, SOMAXCONN) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw .cannotListen(address: address, code: code)
        }
        return descriptor
    }

    /// Checks that a passed descriptor is a listening stream socket, and sets the flags that our own sockets have.
    private static func prepare(passed descriptor: Int32) throws(DaemonError) {
        func option(_ name: Int32) -> Int32? {
            var value: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
        }
        let address = "descriptor \(descriptor)"
        guard let type = option(SO_TYPE), let accepts = option(SO_ACCEPTCONN) else {
            throw .cannotListen(address: address, code: errno)
        }
        guard type == Int32(SOCK_STREAM.rawValue), accepts == 1 else {
            throw .cannotListen(address: address, code: EINVAL)
        }
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0,
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
        else { throw .cannotListen(address: address, code: errno) }
    }
}
