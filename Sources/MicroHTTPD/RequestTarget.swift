/// What a request asks for, read from the target as the client sent it.
///
/// libmicrohttpd's own decoding is not used: it decodes `%2F` before the path is split, and ends at `%00`.
public struct RequestTarget: Hashable, Sendable {
    /// The target as sent, path and query.
    public let raw: String
    /// What stands before the first `?`, not decoded.
    public let path: String
    /// The path without its first `/`, split at `/`, each part then decoded: `%2F` stays inside its segment, `+` is a
    /// plus.
    ///
    /// `/` has one empty segment; a trailing `/` makes a last one that is empty.
    public let segments: [String]
    /// The query's parameters, decoded (`+` is a space), in order, with repeats; one without `=` has an empty value.
    public let query: [(name: String, value: String)]

    /// Reads `raw`.
    ///
    /// - Throws: `RequestViolation.badTarget` when it does not begin with `/`, has a character outside 0x21...0x7E, a
    ///   bad escape or `%00`, or does not decode to UTF-8.
    /// - Complexity: O(length).
    public init(_ raw: String) throws(RequestViolation) {
        let bytes = raw.utf8.span
        guard !bytes.isEmpty, bytes[0] == UInt8(ascii: "/") else { throw .badTarget(.notAPath) }
        var pathEnd = bytes.count
        var isPlain = true
        for index in bytes.indices {
            let byte = bytes[index]
            guard 0x21...0x7E ~= byte else { throw .badTarget(.badCharacter) }
            if byte == UInt8(ascii: "?"), index < pathEnd { pathEnd = index }
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+") { isPlain = false }
        }
        self.raw = raw
        path = pathEnd == bytes.count ? raw : plainText(bytes.extracting(..<pathEnd))
        segments = try Self.segments(bytes.extracting(1..<pathEnd), isPlain)
        query = try Self.parameters(bytes.extracting(min(pathEnd + 1, bytes.count)...), isPlain)
    }

    /// The value of the first parameter of that name.
    public func first(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// The values of all parameters of that name, in order.
    public func all(_ name: String) -> [String] {
        query.compactMap { $0.name == name ? $0.value : nil }
    }

    /// Two targets are equal when they were sent as the same bytes.
    public static func == (left: RequestTarget, right: RequestTarget) -> Bool {
        left.raw == right.raw
    }

    /// Hashes the bytes that were sent.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(raw)
    }

    private static func segments(_ path: Span<UInt8>, _ isPlain: Bool) throws(RequestViolation) -> [String] {
        var result: [String] = []
        result.reserveCapacity(8)
        var start = 0
        while true {
            let end = position(of: UInt8(ascii: "/"), in: path, from: start)
            let segment = path.extracting(start..<end)
            result.append(isPlain ? plainText(segment) : try percentDecoded(segment, plusIsSpace: false))
            if end == path.count { return result }
            start = end + 1
        }
    }

    private static func parameters(
        _ query: Span<UInt8>, _ isPlain: Bool
    ) throws(RequestViolation) -> [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        var start = 0
        while start < query.count {
            let end = position(of: UInt8(ascii: "&"), in: query, from: start)
            if start < end {
                let pair = query.extracting(start..<end)
                let equals = position(of: UInt8(ascii: "="), in: pair, from: 0)
                let name = pair.extracting(..<equals)
                let value = pair.extracting(min(equals + 1, pair.count)...)
                result.append(
                    isPlain
                        ? (plainText(name), plainText(value))
                        : (try percentDecoded(name, plusIsSpace: true), try percentDecoded(value, plusIsSpace: true)))
            }
            start = end + 1
        }
        return result
    }

    /// Where `byte` is next, or the end.
    private static func position(of byte: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != byte { index += 1 }
        return index
    }
}
