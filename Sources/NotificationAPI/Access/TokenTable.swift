import CGnuTLS

/// Who may call: the digests of the tokens that are known, each with a name and a role.
public struct TokenTable: Sendable {
    /// Somebody whose token is known.
    public struct Caller: Hashable, Sendable {
        /// What the log calls them.
        public let name: String
        /// What they may do.
        public let role: Role
        let digest: [UInt8]
    }

    private var callers: [Caller] = []

    /// How many tokens there are.
    public var count: Int { callers.count }

    /// A table of nobody.
    init() {}

    /// The caller that `token` belongs to; nil when nobody's is like it.
    ///
    /// Takes as long whatever the token is like: its digest is compared with every one that is known, each in constant
    /// time.
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

    /// Whether `caller`, perhaps of an older table, is here with the same token and role.
    public func holds(_ caller: Caller) -> Bool { callers.contains(caller) }

    /// Whether somebody has this name.
    func has(name: String) -> Bool { callers.contains { $0.name == name } }

    /// Adds a token.
    mutating func add(_ token: some Sequence<UInt8>, name: String, role: Role) {
        callers.append(Caller(name: name, role: role, digest: TokenTable.digest(Array(token))))
    }

    private static func digest(_ token: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            guard let start = digest.baseAddress else { return }
            let result = gnutls_hash_fast(GNUTLS_DIG_SHA256, token, token.count, start)
            // Fails only when the library's self-tests did, or where policy forbids SHA-256.
            precondition(result == 0, "gnutls_hash_fast: \(result)")
            count = 32
        }
    }
}
