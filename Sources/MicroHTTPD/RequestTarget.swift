/// The target of a request, parsed from the raw bytes.
///
/// libmicrohttpd's own decoding is not used: it decodes `%2F` before the path is split, and stops at `%00`.
public struct RequestTarget: Hashable, Sendable {
    /// The target as sent, path and query.
    public let raw: String
    /// The part before the first `?`, not decoded.
    public let path: String
    /// The path without its first `/`, split at `/`, each part then decoded: `%2F` does not split, `+` is a plus.
    ///
    /// `/` has one empty segment; a trailing `/` adds an empty one.
    public let segments: [String]
    /// The query's parameters, decoded (`+` is a space), in order, with repeats. Without `=` the value is empty.
    public let query: [(name: String, value: String)]

    /// Parses `raw`.
    ///
    /// - Throws: `RequestViolation.badTarget` if it does not start with `/`, has a character outside 0x21...0x7E, an
    ///   invalid escape or `%00`, or does not decode to UTF-8.
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

    /// The value of the first parameter with this name.
    public func first(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// The values of all parameters with this name, in order.
    public func all(_ name: String) -> [String] {
        query.compactMap { $0.name == name ? $0.value : nil }
    }

    /// Compares the raw bytes.
    public static func == (left: RequestTarget, right: RequestTarget) -> Bool {
        left.raw == right.raw
    }

    /// Hashes the raw bytes.
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

    /// The next position of `byte`, or the end.
    private static func position(of byte: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != byte { index += 1 }
        return index
    }
}
