import Glibc
import MicroHTTPD
import TestSupport

/// A blocking HTTP client that sends exactly the given bytes. Everything that exceeds its deadline throws.
final class Client: @unchecked Sendable {  // one test thread at a time
    enum Failure: Error {
        case cannotConnect(Int32)
        case cannotSend(Int32)
        case deadline
        case closed(received: String)
        case malformed(String)
    }

    private let socket: Int32
    private var buffer: [UInt8] = []

    init(_ port: UInt16, host: String = "127.0.0.1", deadline: Duration = .failSafe) throws {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let entry = found else {
            throw Failure.cannotConnect(0)
        }
        defer { freeaddrinfo(found) }
        socket = Glibc.socket(entry.pointee.ai_family, hints.ai_socktype, 0)
        var one: Int32 = 1
        guard
            limitWaits(of: socket, to: deadline),
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size)) == 0,
            connect(socket, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0
        else { throw Failure.cannotConnect(errno) }
    }

    /// Connects to the unix domain socket at `path`.
    init(path: String) throws {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let address = UnixAddress(path)
        guard let address, limitWaits(of: socket), address.connect(socket) == 0 else {
            throw Failure.cannotConnect(errno)
        }
    }

    /// Also runs after an `init` that has thrown.
    deinit {
        close(socket)
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure.cannotSend(errno) }
            sent += count
        }
    }

    /// Shuts down the sending side.
    func endSending() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Resets the connection, as a client does that dies.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        var unspecified = sockaddr()
        unspecified.sa_family = sa_family_t(AF_UNSPEC)
        connect(socket, &unspecified, socklen_t(MemoryLayout<sockaddr>.size))
    }

    /// Reads until the server closes the connection; throws if it does not.
    func receiveToEnd() throws -> [UInt8] {
        while try fill() {}
        defer { buffer = [] }
        return buffer
    }

    /// Reads one reply. With `toHead` it has no body, whatever its length says.
    func receive(toHead: Bool = false) throws -> Reply {
        let head = try receiveLines()
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        guard let first = lines.popFirst(), first.hasPrefix("HTTP/1."), let status = Int(first.dropFirst(9).prefix(3))
        else { throw Failure.malformed(head) }
        var reply = Reply(status: status)
        for line in lines where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw Failure.malformed(head) }
            reply.headers[line[..<colon].lowercased()] = String(line[colon...].dropFirst().drop { $0 == " " })
        }
        if toHead || status == 100 || status == 204 { return reply }
        if reply.headers["transfer-encoding"] == "chunked" {
            reply.body = try receiveChunks()
        } else if let length = reply.headers["content-length"].flatMap({ Int($0) }) {
            reply.body = try take(length)
        } else {
            reply.body = try receiveToEnd()
        }
        return reply
    }

    private func receiveLines() throws -> String {
        while true {
            if let end = endOfLines() { return String(decoding: try take(end), as: UTF8.self) }
            guard try fill() else { throw Failure.closed(received: String(decoding: buffer, as: UTF8.self)) }
        }
    }

    private func endOfLines() -> Int? {
        guard buffer.count >= 4 else { return nil }
        return (0...(buffer.count - 4)).first { buffer[$0..<($0 + 4)].elementsEqual("\r\n\r\n".utf8) }.map { $0 + 4 }
    }

    private func receiveChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            var line: [UInt8] = []
            while line.suffix(2) != [13, 10] { line += try take(1) }
            guard let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) else {
                throw Failure.malformed(String(decoding: line, as: UTF8.self))
            }
            body += try take(size)
            guard try take(2) == [13, 10] else { throw Failure.malformed("no end of chunk") }
            if size == 0 { return body }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw Failure.closed(received: String(decoding: buffer, as: UTF8.self)) }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    /// Reads the available bytes; false at the end of the connection.
    private func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &chunk, chunk.count, 0)
        if count > 0 { buffer += chunk[..<count] }
        if count < 0 {
            guard errno == ECONNRESET else { throw Failure.deadline }
        }
        return count > 0
    }
}

/// The reply to a client.
struct Reply {
    var status: Int
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }
}
