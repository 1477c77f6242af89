/// A name that is still accepted, with the name that replaces it.
///
/// `docs/compatibility.md` says for how long.
public struct DeprecatedName: Hashable, Sendable {
    /// The name and its position, unique in the whole API, such as `notifications/sync data.oldName`.
    public let name: String
    /// The name to use instead.
    public let replacement: String
    /// The version that deprecated it, such as `0.3.0`.
    public let since: String

    /// The name `name`, deprecated in version `since` in favor of `replacement`.
    public init(_ name: String, replacement: String, since: String) {
        self.name = name
        self.replacement = replacement
        self.since = since
    }
}

extension JSONValue {
    /// Records that the document uses a deprecated name, which `JSONDocument.read` reports once per document.
    public func recordUse(of name: DeprecatedName) { document.recordUse(of: name) }
}
