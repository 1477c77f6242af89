/// The part of a request that is the same for all messages of an engine: the request line and most headers.
struct RequestHead: Sendable {
    private let lines: [UInt8]

    /// The head of POSTs to `url`, which follows `URLRules`, with the custom `headers`, which follow `HeaderRules`.
    init(url: String, userAgent: String, mediaType: String, headers: [String: String]) {
        let destination = URLRules.destination(url)
        var lines = [
            "POST \(destination.target) HTTP/1.1", "Host: \(destination.authority)", "User-Agent: \(userAgent)",
            "Accept: */*", "Content-Type: \(mediaType)",
        ]
        lines += headers.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
        self.lines = lines.flatMap { Array("\($0)\r\n".utf8) }
    }

    /// A whole request with further `headers` and `body`.
    func request(_ headers: [(name: String, value: String)], body: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.count + 64 * (headers.count + 1) + body.count)
        bytes += lines
        for (name, value) in headers { bytes.append(name, value) }
        bytes.append("Content-Length", String(body.count))
        bytes += "\r\n".utf8
        bytes += body
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ name: String, _ value: String) {
        append(contentsOf: name.utf8)
        append(contentsOf: ": ".utf8)
        append(contentsOf: value.utf8)
        append(contentsOf: "\r\n".utf8)
    }
}
