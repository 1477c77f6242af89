import Glibc
import TestSupport
import Testing
import YAML
import YAMLTesting

/// A blocking HTTP client over one persistent connection. Everything that exceeds its deadline throws.
final class HTTPClient: @unchecked Sendable {  // used by one thread at a time
    enum Failure: Error {
        case cannotConnect(Int32)
        case cannotSend(Int32)
        case nothingCame
        case closed
        case malformed
    }

    private let socket: Int32
    private var buffer: [UInt8] = []
    private var method = ""

    init(_ port: UInt16) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected, limitWaits(of: socket) else { throw Failure.cannotConnect(errno) }
    }

    /// Also runs after an `init` that has thrown.
    deinit { close(socket) }

    /// Sends a request and reads its answer.
    func ask(_ method: String, _ target: String, _ body: String? = nil, headers: [String] = []) throws -> Answer {
        try begin(method, target, body, headers: headers)
        return try receive()
    }

    /// Sends a request without reading.
    func begin(_ method: String, _ target: String, _ body: String? = nil, headers: [String] = []) throws {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: test"] + headers
        if let body {
            if !headers.contains(where: { $0.hasPrefix("Content-Type") }) {
                lines.append("Content-Type: application/json")
            }
            lines.append("Content-Length: \(body.utf8.count)")
        }
        self.method = method
        try send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
    }

    /// Sends a request, given as a tuple, without reading.
    func begin(_ request: (method: String, target: String, body: String)) throws {
        try begin(request.method, request.target, request.body)
    }

    /// Sends exactly this text.
    func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure.cannotSend(errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads the answer to the last request.
    func receive() throws -> Answer {
        var answer = try receiveHead()
        if method != "HEAD", answer.headers["transfer-encoding"] == "chunked" {
            while let chunk = try chunk() { answer.body += chunk.utf8 }
            return answer
        }
        let length = answer.headers["content-length"].flatMap { Int($0) } ?? 0
        let hasBody = method != "HEAD" && answer.status != 204
        answer.body = try take(hasBody ? length : 0)
        return answer
    }

    /// Reads the next chunk of an answer whose head was read; nil at the end of the body.
    func chunk() throws -> String? {
        guard let size = Int(try line(), radix: 16) else { throw Failure.malformed }
        defer { _ = try? line() }
        return size == 0 ? nil : String(decoding: try take(size), as: UTF8.self)
    }

    /// Reads the head of the answer to the last request.
    func receiveHead() throws -> Answer {
        var lines: [String] = []
        while lines.last != "" { lines.append(try line()) }
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure.malformed
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw Failure.malformed }
            headers[line[..<colon].lowercased()] = String(line[colon...].dropFirst().drop { $0 == " " })
        }
        return Answer(status: status, headers: headers, body: [])
    }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                return String(decoding: try take(end + 1).dropLast(2), as: UTF8.self)
            }
            try fill()
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try fill() }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &chunk, chunk.count, 0)
        guard count > 0 else { throw count == 0 ? Failure.closed : Failure.nothingCame }
        buffer += chunk[..<count]
    }
}

/// An answer of the API.
struct Answer {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body, read as JSON, which is a subset of YAML.
    var json: YAMLNode {
        get throws { try #require(try YAMLNode(of: text)) }
    }

    /// An integer of the body, by the path of names.
    func integer(_ names: String...) throws -> Int {
        try #require(try names.reduce(json as YAMLNode?) { node, name in node?[name] }?.int)
    }

    /// A text of the body, by the path of names.
    func string(_ names: String...) throws -> String {
        try #require(try names.reduce(json as YAMLNode?) { node, name in node?[name] }?.string)
    }

    /// The messages of all routines of the body.
    var messages: [YAMLNode] {
        get throws {
            let routines = try #require(try json["routines"]?.list)
            return routines.flatMap { $0["messages"]?.list ?? [] }
        }
    }
}
