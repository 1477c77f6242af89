import Bytes

/// The part of a request that is the same for all messages of an engine: the request line and most headers.
struct RequestHead: Sendable {
    private let lines: [UInt8]

    /// The head of POSTs to `url`, which follows `URLRules`, with the custom `headers`, which follow `HeaderRules`.
    init(url: String, userAgent: String, mediaType: String, headers: [String: String]) {
        let destination = URLRules.destination(url)
        var lines = [
            "POST \(destination.target) HTTP/1.1", "Host: \(destination.authority)", "User-Agent: \(userAgent)",
            "Content-Type: \(mediaType)",
        ]
        if !headers.keys.contains(where: { $0.asciiLowercased == "accept" }) { lines.append("Accept: */*") }
        lines += headers.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
        self.lines = lines.flatMap { Array("\($0)\r\n".utf8) }
    }

    /// A whole request with `headers` and `body`.
    func request(_ headers: MessageHeaders, body: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.count + headers.mostBytes + body.count)
        bytes += lines
        for (name, value) in headers.event { bytes.append(name, value) }
        bytes.append("webhook-id", headers.id)
        bytes.append("webhook-timestamp", headers.timestamp)
        if let signature = headers.signature { bytes.append("webhook-signature", signature) }
        bytes.append("Content-Length", String(body.count))
        bytes.append(text: "\r\n")
        bytes += body
        return bytes
    }
}

/// The headers of a request that are its own.
struct MessageHeaders {
    /// The attributes of the event, if its body does not have them.
    var event: [(name: String, value: String)] = []
    let id: String
    let timestamp: String
    var signature: String?

    /// Their size with the length and the end of the head, at most.
    fileprivate var mostBytes: Int {
        event.reduce(128 + id.utf8.count + (signature?.utf8.count ?? 0)) {
            $0 + $1.name.utf8.count + $1.value.utf8.count + 4
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ name: String, _ value: String) {
        append(text: name)
        append(text: ": ")
        append(text: value)
        append(text: "\r\n")
    }

    fileprivate mutating func append(text: String) {
        text.utf8.span.withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
