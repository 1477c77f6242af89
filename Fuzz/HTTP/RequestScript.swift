import MicroHTTPDTesting

/// Requests in a text, separated by lines that begin with `###`.
///
/// ```text
/// POST /v1/hosts/default/processes
/// X-Request-Id: a
///
/// {"imageFileName":"a.exe"}
/// ###
/// GET /v1/hosts/default/messages HTTP/1.0
/// ```
///
/// The next request is sent once the previous one is answered; after `###&` it is sent even if that one is still
/// waiting.
///
/// A request line without a version stands for an ordinary client: HTTP/1.1 and a `Host` are added, and for a body its
/// length and a `Content-Type`. With a version, the request is sent unchanged.
struct RequestScript {
    /// The maximum number of requests sent.
    static let maxCount = 16

    let requests: [(request: RawRequest, isLeft: Bool)]

    init(_ text: UnsafeBufferPointer<UInt8>) {
        var requests: [(request: RawRequest, isLeft: Bool)] = []
        var rest = text[...]
        while !rest.isEmpty, requests.count < RequestScript.maxCount {
            let (part, isLeft) = RequestScript.next(of: &rest)
            if let request = RawRequest(part) { requests.append((request, isLeft)) }
        }
        self.requests = requests
    }

    /// Removes and returns the text before the next separator line, and removes that line.
    private static func next(
        of rest: inout Slice<UnsafeBufferPointer<UInt8>>
    ) -> (Slice<UnsafeBufferPointer<UInt8>>, isLeft: Bool) {
        var end = rest.startIndex
        let mark = Array("\n###".utf8)
        while end < rest.endIndex, !rest[end...].starts(with: mark) { end += 1 }
        let part = rest[..<end]
        rest = rest[end...].dropFirst(mark.count)
        defer { rest = rest.drop { $0 != UInt8(ascii: "\n") }.dropFirst() }
        return (part, rest.first == UInt8(ascii: "&"))
    }
}

extension RawRequest {
    /// Nil for an empty text.
    fileprivate init?(_ text: Slice<UnsafeBufferPointer<UInt8>>) {
        guard !text.isEmpty else { return nil }
        var rest = text
        let words = rest.takeLine().split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        let parts = words.map { String($0) }
        var headers: [(name: String, value: String)] = []
        while !rest.isEmpty {
            let line = rest.takeLine()
            if line.isEmpty { break }
            let sides = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = sides.count == 2 ? sides[1].drop { $0 == " " || $0 == "\t" } : ""
            headers.append((name: String(sides[0]), value: String(value)))
        }
        let body = Array(rest)
        if parts.count < 3 {
            headers.append((name: "Host", value: "localhost"))
            if !body.isEmpty {
                headers.append((name: "Content-Length", value: String(body.count)))
                let isTyped = headers.contains { $0.name.lowercased() == "content-type" }
                if !isTyped { headers.append((name: "Content-Type", value: "application/json")) }
            }
        }
        self.init(
            method: parts[0], target: parts.count > 1 ? parts[1] : "", version: parts.count > 2 ? parts[2] : "HTTP/1.1",
            headers: headers, body: body)
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    /// Removes and returns the next line, without its end.
    fileprivate mutating func takeLine() -> Substring {
        let line = prefix { $0 != UInt8(ascii: "\n") }
        self = dropFirst(line.count).dropFirst()
        return String(decoding: line, as: UTF8.self)[...]
    }
}
