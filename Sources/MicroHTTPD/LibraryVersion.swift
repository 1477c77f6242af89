/// A version of libmicrohttpd, and what is known about it. All have the same soname, so that the one in use is known at
/// run time only.
public struct LibraryVersion: Comparable, CustomStringConvertible, Sendable {
    /// Whether a version can be used.
    public enum Status: Sendable {
        /// The smuggling tests pass with it, or its reader is the same as that of one they pass with.
        case known
        /// Not tested yet.
        case unknown
        /// One request crashes it.
        case unsafe
    }

    private let numbers: [Int]
    private let isBeforeOne: Bool
    /// Whether it has the read buffer that `RequestLayout` knows.
    let hasKnownLayout: Bool
    /// As the library says it, such as `0.9.75`.
    public let description: String

    /// The version that `text` says; one that cannot be read counts as unknown and later than all others.
    public init(_ text: String) {
        description = text
        let parts = text.prefix { $0 != "-" && $0 != " " }.split(separator: ".").map { Int($0) }
        numbers = parts.count >= 3 && parts.allSatisfy { $0 != nil } ? parts.compactMap(\.self) : [.max]
        // Kept, because each request asks.
        isBeforeOne = numbers.lexicographicallyPrecedes([1])
        hasKnownLayout = numbers.count >= 3 && numbers[0] == 0 && numbers[1] == 9 && 75...77 ~= numbers[2]
    }

    /// Whether it can be used.
    public var status: Status {
        if self >= "0.9.75" && self <= "0.9.77" || self >= "1.0.7" && self <= "1.0.10" { return .known }
        return self >= "1.0.0" && self < "1.0.7" ? .unsafe : .unknown
    }

    /// The value of MHD_OPTION_STRICT_FOR_CLIENT. From 1.0 on, 1 has the library refuse bare line ends and folded headers,
    /// and end the lines of a chunked body at CR LF alone. Before, it would do nothing but answer with its own HTML what
    /// the gate answers in words.
    var discipline: Int { isBeforeOne ? 0 : 1 }

    /// Whether a line of a chunked body ends at CR LF alone. Before 1.0 it ends at a bare LF too, so that another server
    /// on the way may see the body end elsewhere, and nothing that the library hands out shows it.
    var endsChunkedBodiesStrictly: Bool { !isBeforeOne }

    /// The order of the numbers.
    public static func < (left: LibraryVersion, right: LibraryVersion) -> Bool {
        left.numbers.lexicographicallyPrecedes(right.numbers)
    }

    /// Whether the numbers are the same.
    public static func == (left: LibraryVersion, right: LibraryVersion) -> Bool { left.numbers == right.numbers }
}

extension LibraryVersion: ExpressibleByStringLiteral {
    /// The version that `value` says.
    public init(stringLiteral value: String) { self.init(value) }
}

extension LibraryVersion {
    /// What to tell the operator; nil about a version that is known.
    public var warning: String? {
        let recommended = "use 0.9.75 to 0.9.77 or 1.0.7 to 1.0.10"
        return switch status {
        case .known: nil
        case .unknown:
            "libmicrohttpd \(self) is not a tested version: it may parse requests less strictly; \(recommended)"
        case .unsafe: "libmicrohttpd \(self) can be crashed by one request; \(recommended)"
        }
    }
}
