/// A version of libmicrohttpd and its properties. All versions share a soname, so the version in use is known at run
/// time only.
public struct LibraryVersion: Comparable, CustomStringConvertible, Sendable {
    /// How safe a version is.
    public enum Status: Sendable {
        /// The smuggling tests pass with it, or with a version that has the same parser.
        case known
        /// Not tested yet.
        case unknown
        /// A single request can crash it.
        case unsafe
    }

    private let numbers: [Int]
    private let isBeforeOne: Bool
    /// Whether it has the read buffer layout that `RequestLayout` expects.
    let hasKnownLayout: Bool
    /// The version as the library reports it, such as `0.9.75`.
    public let description: String

    /// Parses a version. A malformed one counts as unknown and later than all others.
    public init(_ text: String) {
        description = text
        let parts = text.prefix { $0 != "-" && $0 != " " }.split(separator: ".").map { Int($0) }
        numbers = parts.count >= 3 && parts.allSatisfy { $0 != nil } ? parts.compactMap(\.self) : [.max]
        // Cached, because each request reads it.
        isBeforeOne = numbers.lexicographicallyPrecedes([1])
        hasKnownLayout = numbers.count >= 3 && numbers[0] == 0 && numbers[1] == 9 && 75...77 ~= numbers[2]
    }

    /// How safe the version is.
    public var status: Status {
        if self >= "0.9.75" && self <= "0.9.77" || self >= "1.0.7" && self <= "1.0.10" { return .known }
        return self >= "1.0.0" && self < "1.0.7" ? .unsafe : .unknown
    }

    /// The value of MHD_OPTION_STRICT_FOR_CLIENT. From 1.0 on, 1 makes the library refuse bare line ends and folded headers,
    /// and require CR LF in chunked bodies. Before 1.0 its only effect would be that the library refuses some requests with
    /// its own HTML before the gate can.
    var discipline: Int { isBeforeOne ? 0 : 1 }

    /// Whether the lines of a chunked body must end with CR LF. Before 1.0 a bare LF ends them too, so a proxy may see the
    /// body end elsewhere, and the library gives no hint of it.
    var endsChunkedBodiesStrictly: Bool { !isBeforeOne }

    /// Compares the numbers.
    public static func < (left: LibraryVersion, right: LibraryVersion) -> Bool {
        left.numbers.lexicographicallyPrecedes(right.numbers)
    }

    /// Compares the numbers.
    public static func == (left: LibraryVersion, right: LibraryVersion) -> Bool { left.numbers == right.numbers }
}

extension LibraryVersion: ExpressibleByStringLiteral {
    /// Parses a version.
    public init(stringLiteral value: String) { self.init(value) }
}

extension LibraryVersion {
    /// Warning for the operator; nil for a known version.
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
