import CGnuTLS

/// The digests of the known tokens, each with a name and a role.
public struct TokenTable: Sendable {
    /// A client with a known token.
    public struct Caller: Hashable, Sendable {
        /// The name for the log.
        public let name: String
        /// The client's rights.
        public let role: Role
        let digest: [UInt8]
    }

    private var callers: [Caller] = []

    /// The number of tokens.
    public var count: Int { callers.count }

    /// An empty table.
    init() {}

    /// The client that `token` belongs to; nil if the token is unknown.
    ///
    /// The time does not depend on the token: its digest is compared with all known ones, each in constant time.
    ///
    /// - Complexity: O(tokens).
    public func caller(presenting token: some Sequence<UInt8>) -> Caller? {
        let digest = TokenTable.digest(Array(token))
        var found: Int?
        for index in callers.indices where gnutls_memcmp(callers[index].digest, digest, digest.count) == 0 {
            found = index
        }
        return found.map { callers[$0] }
    }

    /// Whether the table has `caller`, perhaps from an older table, with the same token and role.
    public func contains(_ caller: Caller) -> Bool { callers.contains(caller) }

    /// Whether a token with this name exists.
    func has(name: String) -> Bool { callers.contains { $0.name == name } }

    /// Adds a token.
    mutating func add(_ token: some Sequence<UInt8>, name: String, role: Role) {
        callers.append(Caller(name: name, role: role, digest: TokenTable.digest(Array(token))))
    }

    private static func digest(_ token: [UInt8]) -> [UInt8] { token.withUnsafeBytes { SHA256.digest(of: $0) } }
}
