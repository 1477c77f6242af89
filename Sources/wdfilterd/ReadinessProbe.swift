import Glibc
import Settings

/// One HTTP/1.0 request over a plain socket.
///
/// Not by libcurl: a probe that runs every few seconds in a container needs neither TLS nor names nor proxies, and it
/// must tell the truth when these are what is broken.
struct ReadinessProbe {
    /// Why a service is not known to be ready.
    enum Failure: Error, CustomStringConvertible {
        /// It answered, but not with 200.
        case notReady(String)
        /// No answer in time.
        case timeout
        /// It answered with something that is no HTTP.
        case noHTTP
        /// The system's error number.
        case system(Int32)

        var description: String {
            switch self {
            case .notReady(let line): LineLogHandler.escaped(line)
            case .timeout: "no answer in time"
            case .noHTTP: "the answer is not HTTP"
            case .system(let number): String(cString: strerror(number))
            }
        }
    }

    private let address: ListenAddress

    /// Nil unless `url` is `http://ADDRESS:PORT`, with or without a slash behind it.
    init?(url: String) {
        guard url.hasPrefix("http://") else { return nil }
        var rest = url.dropFirst("http://".count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let address = ListenAddress(String(rest)), address.port != 0 else { return nil }
        self.address = address
    }

    /// Whether a status line tells that the service is ready.
    static func isReady(_ statusLine: String) -> Bool {
        statusLine.split(separator: " ").dropFirst().first == "200"
    }

    /// The status line of the answer to `GET /readyz`.
    func statusLine(within limit: Duration) throws(Failure) -> String {
        let end = ContinuousClock.now + limit
        let descriptor = socket(
            address.isIPv6 ? AF_INET6 : AF_INET,
            Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue),
            0)
        guard descriptor >= 0 else { throw .system(errno) }
        defer { close(descriptor) }
        if connect(descriptor) != 0 {
            guard errno == EINPROGRESS else { throw .system(errno) }
            try wait(descriptor, for: POLLOUT, until: end)
            var result: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &result, &size) == 0 else { throw .system(errno) }
            guard result == 0 else { throw .system(result) }
        }
        // Small enough for the empty buffer of a new connection.
        let request = Array("GET /readyz HTTP/1.0\r\nHost: \(address)\r\n\r\n".utf8)
        let sent = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
        guard sent >= 0 else { throw .system(errno) }
        return try firstLine(descriptor, until: end)
    }

    private func firstLine(_ descriptor: Int32, until end: ContinuousClock.Instant) throws(Failure) -> String {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while line.count < 1024 {
            try wait(descriptor, for: POLLIN, until: end)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 {
                guard errno == EAGAIN || errno == EINTR else { throw .system(errno) }
                continue
            }
            line += buffer[..<count]
            if let newline = line.firstIndex(of: UInt8(ascii: "\n")) {
                let text = String(decoding: line[..<newline].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
                guard text.hasPrefix("HTTP/1.") else { throw .noHTTP }
                return text
            }
            if count == 0 { break }
        }
        throw .noHTTP
    }

    private func connect(_ descriptor: Int32) -> Int32 {
        if address.isIPv6 {
            var peer = sockaddr_in6()
            peer.sin6_family = sa_family_t(AF_INET6)
            peer.sin6_port = address.port.bigEndian
            inet_pton(AF_INET6, address.host, &peer.sin6_addr)
            return withUnsafePointer(to: peer) {
                connect(descriptor, UnsafeRawPointer($0), MemoryLayout.size(ofValue: peer))
            }
        }
        var peer = sockaddr_in()
        peer.sin_family = sa_family_t(AF_INET)
        peer.sin_port = address.port.bigEndian
        inet_pton(AF_INET, address.host, &peer.sin_addr)
        return withUnsafePointer(to: peer) {
            connect(descriptor, UnsafeRawPointer($0), MemoryLayout.size(ofValue: peer))
        }
    }

    private func connect(_ descriptor: Int32, _ peer: UnsafeRawPointer, _ size: Int) -> Int32 {
        Glibc.connect(descriptor, peer.assumingMemoryBound(to: sockaddr.self), socklen_t(size))
    }

    private func wait(_ descriptor: Int32, for event: Int32, until end: ContinuousClock.Instant) throws(Failure) {
        while true {
            let left = ContinuousClock.now.duration(to: end).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { throw .timeout }
            var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            let ready = poll(&entry, 1, Int32(milliseconds))
            if ready > 0 { return }
            if ready < 0 && errno != EINTR { throw .system(errno) }
        }
    }
}
