import MicroHTTPDTesting

/// Requests in a text, divided by lines that begin with `###`.
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
/// The next request is sent when the one before has its answer; after `###&` it is sent while that one may still wait.
///
/// A request line without a version stands for a client as there are many: with HTTP/1.1, a `Host`, and for a body its
/// length and a `Content-Type`. With one, the request is sent as it stands.
struct RequestScript {
    /// No more are sent than these.
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

    /// Takes off what stands before the next dividing line, and that line.
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
    /// Nil for nothing at all.
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
    /// Takes off the next line and its end.
    fileprivate mutating func takeLine() -> Substring {
        let line = prefix { $0 != UInt8(ascii: "\n") }
        self = dropFirst(line.count).dropFirst()
        return String(decoding: line, as: UTF8.self)[...]
    }
}
