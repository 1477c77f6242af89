import Glibc
import TestSupport

/// A blocking HTTP client over one connection, which it opens again after it was closed.
final class ChaosClient {
    enum Failure: Error {
        case cannotConnect(Int32)
        case nothingCame(String)
        case closed
        case malformed(String)
    }

    private let port: UInt16
    private var socket: Int32 = -1
    private var buffer: [UInt8] = []

    init(_ port: UInt16) { self.port = port }

    deinit { disconnect() }

    /// Sends a request and reads its answer.
    func ask(
        _ method: String, _ target: String, _ body: String? = nil, type: String = "application/json"
    ) throws -> (status: Int, body: [UInt8]) {
        try begin(method, target, body, type: type)
        let (status, headers) = try readHead("\(method) \(target)")
        let answer = try take(status == 204 ? 0 : headers["content-length"].flatMap { Int($0) } ?? 0)
        if headers["connection"] == "close" { disconnect() }
        return (status, answer)
    }

    /// Sends a request, or only its first `part` bytes, without reading.
    func begin(
        _ method: String, _ target: String, _ body: String? = nil, type: String = "application/json",
        headers: [String] = [], part: Int = .max
    ) throws {
        if socket < 0 { try connect() }
        var lines = ["\(method) \(target) HTTP/1.1", "Host: chaos"] + headers
        if let body { lines += ["Content-Type: \(type)", "Content-Length: \(body.utf8.count)"] }
        var rest = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8).prefix(part)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure.closed }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads the head of an answer.
    func readHead(_ what: String) throws -> (status: Int, headers: [String: String]) {
        var lines: [String] = []
        repeat { lines.append(try line(what)) } while lines.last != ""
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure.malformed(lines[0])
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw Failure.malformed(line) }
            headers[line[..<colon].lowercased()] = String(line[colon...].dropFirst().drop { $0 == " " })
        }
        return (status, headers)
    }

    /// Reads the next bytes of an endless body.
    func readSome() throws {
        buffer = []
        try fill("a live stream")
    }

    func disconnect() {
        if socket >= 0 { close(socket) }
        socket = -1
        buffer = []
    }

    private func connect() throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in.loopback(port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected, limitWaits(of: socket) else { throw Failure.cannotConnect(errno) }
    }

    private func line(_ what: String) throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end].dropLast(), as: UTF8.self)
            }
            try fill(what)
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try fill("a body") }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func fill(_ what: String) throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &chunk, chunk.count, 0)
        if count > 0 {
            buffer += chunk[..<count]
            return
        }
        disconnect()
        throw count == 0 ? Failure.closed : Failure.nothingCame(what)
    }
}
