import Bytes

/// The target of a request. Its parts are views into the bytes as sent, decoded when they are looked at.
///
/// libmicrohttpd's own decoding is not used: it decodes `%2F` before the path is split, and stops at `%00`.
public struct RequestTarget: Hashable, Sendable {
    @usableFromInline let bytes: [UInt8]
    @usableFromInline let pathEnd: Int
    /// Whether no part needs to be decoded.
    private let isPlain: Bool

    /// Parses `raw`.
    ///
    /// - Throws: `RequestViolation.badTarget` if it does not start with `/`, has a character outside 0x21...0x7E, an
    ///   invalid escape or `%00`, or does not decode to UTF-8.
    /// - Complexity: O(length).
    public init(_ raw: String) throws(RequestViolation) {
        try self.init(Array(raw.utf8))
    }

    /// Parses `bytes`, which are not copied.
    init(_ bytes: [UInt8]) throws(RequestViolation) {
        guard bytes.first == UInt8(ascii: "/") else { throw .badTarget(.notAPath) }
        let (isValid, hasEscapes) = bytes.withUnsafeBufferPointer { ($0.isVisibleASCII, $0.hasEscapes) }
        guard isValid else { throw .badTarget(.badCharacter) }
        self.bytes = bytes
        isPlain = !hasEscapes
        pathEnd = bytes.span.position(of: UInt8(ascii: "?"), from: 0)
        // The separators are ASCII characters, which neither an escape nor a character of UTF-8 spans.
        if !isPlain { try checkEscapes(of: bytes.span) }
    }

    /// The target as sent, path and query.
    public var raw: String { String(decoding: bytes, as: UTF8.self) }

    /// The part before the first `?`, not decoded.
    public var path: String { String(decoding: bytes[..<pathEnd], as: UTF8.self) }

    /// Passes the path, not decoded, to `body`.
    @inlinable
    public func withPath<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { body($0.extracting(..<pathEnd)) }
    }

    /// Whether `condition` holds for all segments of the path; it gets them in order, up to the first for which it does not.
    ///
    /// The path without its first `/` is split at `/`, then each part is decoded: `%2F` does not split, `+` is a plus. `/` has
    /// one empty segment; a trailing `/` adds an empty one.
    public func allSegmentsSatisfy(_ condition: (Span<UInt8>) -> Bool) -> Bool {
        let path = bytes.span.extracting(1..<pathEnd)
        var start = 0
        while true {
            let end = path.position(of: UInt8(ascii: "/"), from: start)
            let segment = path.extracting(start..<end)
            let holds = isPlain ? condition(segment) : condition(percentDecoded(segment, plusIsSpace: false).span)
            if !holds || end == path.count { return holds }
            start = end + 1
        }
    }

    /// Whether `condition` holds for the names and values of all parameters of the query; it gets them in order, with repeats, up to the
    /// first for which it does not.
    ///
    /// They are decoded, and `+` is a space. Without `=` the value is empty.
    public func allParametersSatisfy(_ condition: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool) -> Bool {
        let query = bytes.span.extracting(min(pathEnd + 1, bytes.count)...)
        var start = 0
        while start < query.count {
            let end = query.position(of: UInt8(ascii: "&"), from: start)
            let pair = query.extracting(start..<end)
            start = end + 1
            if pair.isEmpty { continue }
            let equals = pair.position(of: UInt8(ascii: "="), from: 0)
            let name = pair.extracting(..<equals)
            let value = pair.extracting(min(equals + 1, pair.count)...)
            let holds =
                isPlain
                ? condition(name, value)
                : condition(
                    percentDecoded(name, plusIsSpace: true).span, percentDecoded(value, plusIsSpace: true).span)
            if !holds { return false }
        }
        return true
    }

    /// The number of parameters of the query, with repeats.
    public var parameterCount: Int {
        if pathEnd == bytes.count { return 0 }
        var count = 0
        _ = allParametersSatisfy { _, _ in
            count += 1
            return true
        }
        return count
    }
}

extension RequestTarget {
    /// The segments of the path, decoded; see `allSegmentsSatisfy`.
    public var segments: [String] {
        var segments: [String] = []
        _ = allSegmentsSatisfy { segment in
            segments.append(String(decoded: segment))
            return true
        }
        return segments
    }

    /// The query's parameters, decoded; see `allParametersSatisfy`.
    public var query: [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        _ = allParametersSatisfy { name, value in
            query.append((name: String(decoded: name), value: String(decoded: value)))
            return true
        }
        return query
    }

    /// The value of the first parameter with this name.
    public func first(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// The values of all parameters with this name, in order.
    public func all(_ name: String) -> [String] {
        query.compactMap { $0.name == name ? $0.value : nil }
    }
}

extension String {
    /// The text of a part that a `RequestTarget` has decoded, and has found to be UTF-8.
    public init(decoded part: Span<UInt8>) {
        self.init(copying: UTF8Span(unchecked: part))
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether all bytes are in 0x21...0x7E.
    fileprivate var isVisibleASCII: Bool {
        !hasEightBytes(fillingWith: UInt8(ascii: "/")) { bytes in
            bytes.below(0x21) | bytes.equal(to: 0x7F) | bytes.outsideASCII
        }
    }

    /// Whether there is an escape, or a plus, which stands for a space in a query.
    fileprivate var hasEscapes: Bool {
        hasEightBytes(fillingWith: UInt8(ascii: "/")) { bytes in
            bytes.equal(to: UInt8(ascii: "%")) | bytes.equal(to: UInt8(ascii: "+"))
        }
    }
}

extension Span where Element == UInt8 {
    /// The next position of `byte`, or the end.
    fileprivate func position(of byte: UInt8, from start: Int) -> Int {
        withUnsafeBytes { $0.offset(of: byte, from: start) } ?? count
    }
}
