import Glibc

/// A call of the socket interface that failed.
struct SocketError: Error {
    let call: String
    let code: Int32
}

/// A TCP socket that listens on a free port of a loopback address. Its creator must close it.
struct ListeningSocket {
    let descriptor: Int32
    let port: UInt16

    init(on host: String, backlog: Int32) throws {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "0", &hints, &found) == 0, let address = found?.pointee else {
            throw SocketError(call: "getaddrinfo", code: 0)
        }
        defer { freeaddrinfo(found) }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.ai_family, kind, 0)
        guard descriptor >= 0 else { throw SocketError(call: "socket", code: errno) }
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, backlog) == 0 else {
            throw SocketError(call: "bind, listen", code: errno)
        }
        var bound = sockaddr_in6()
        var length = socklen_t(MemoryLayout.size(ofValue: bound))
        let result = withUnsafeMutablePointer(to: &bound) { bound in
            bound.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { throw SocketError(call: "getsockname", code: errno) }
        self.descriptor = descriptor
        // The port is at the same position in both families.
        port = UInt16(bigEndian: bound.sin6_port)
    }

    /// Connects to itself without accepting, until the kernel accepts no more: from then on a connect stalls.
    func fillBacklog() throws -> [Int32] {
        var clients: [Int32] = []
        while clients.count < 64 {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            guard client >= 0 else { throw SocketError(call: "socket", code: errno) }
            clients.append(client)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            _ = withUnsafePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            var state = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
            if poll(&state, 1, 100) == 0 { return clients }
        }
        throw SocketError(call: "the backlog never fills", code: 0)
    }
}

/// Runs `body` on a separate thread.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    var thread = pthread_t()
    let result = pthread_create(
        &thread, nil,
        { context in
            guard let context else { return nil }
            Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }, Unmanaged.passRetained(Body(body)).toOpaque())
    precondition(result == 0)
    pthread_detach(thread)
}
