import Bytes
import Locking
import MicroHTTPD
import Synchronization

/// Checks the tokens and roles of requests. Without tokens, it admits every request.
final class AccessControl: Sendable {
    /// An admitted request's client, and the version of the tokens that admitted it.
    struct Admission: Sendable {
        /// Nil if no token was required.
        let caller: TokenTable.Caller?
        fileprivate let generation: UInt64
    }

    private let tokens: Locked<TokenTable?>
    private let hasTokens: Atomic<Bool>
    /// The number of times that the tokens were replaced.
    private let generation = Atomic<UInt64>(0)

    init(_ tokens: TokenTable?) {
        self.tokens = Locked(tokens)
        hasTokens = Atomic(tokens != nil)
    }

    /// Whether requests need a token.
    var requiresTokens: Bool { hasTokens.load(ordering: .relaxed) }

    /// Replaces the tokens. Admitted requests continue, but live streams end if their token was removed or has a new role.
    func replace(_ tokens: TokenTable?) {
        self.tokens.withLock { $0 = tokens }
        hasTokens.store(tokens != nil, ordering: .relaxed)
        generation.add(1, ordering: .releasing)
    }

    /// Admits a request to an operation that requires `role`.
    ///
    /// - Throws: 401 without a known token, 403 if the role of the token is lower.
    func admit(_ head: RequestHead, as role: Role) throws(Problem) -> Admission {
        let generation = generation.load(ordering: .acquiring)
        guard requiresTokens, let tokens = tokens.withLock({ $0 }) else {
            return Admission(caller: nil, generation: generation)
        }
        guard let authorization = head.headers["Authorization"] else {
            throw AccessControl.challenge("The request has no bearer token.")
        }
        guard let token = AccessControl.bearerToken(in: authorization), let caller = tokens.caller(presenting: token)
        else {
            throw AccessControl.challenge(
                "The Authorization header does not contain a known bearer token.", #", error="invalid_token""#)
        }
        guard caller.role >= role else {
            throw Problem(
                .forbidden,
                "This operation requires the role \(role.rawValue); the token has the role \(caller.role.rawValue).")
        }
        return Admission(caller: caller, generation: generation)
    }

    /// The client whose token the request has, whatever its role.
    func caller(of head: RequestHead) -> TokenTable.Caller? {
        head.headers["Authorization"].flatMap(AccessControl.bearerToken).flatMap { token in
            tokens.withLock { $0 }?.caller(presenting: token)
        }
    }

    /// Whether the request would still be admitted. Cheap unless the tokens were replaced.
    func isStillValid(_ admission: Admission) -> Bool {
        if generation.load(ordering: .acquiring) == admission.generation { return true }
        guard let tokens = tokens.withLock({ $0 }) else { return true }
        return admission.caller.map(tokens.contains) ?? false
    }

    private static func challenge(_ detail: String, _ error: String = "") -> Problem {
        Problem(
            .unauthenticated, detail, header: (name: "WWW-Authenticate", value: #"Bearer realm="wdfilterd""# + error))
    }

    /// The token after the scheme `Bearer`, in any letter case, and spaces (RFC 6750, section 2.1).
    private static func bearerToken(in authorization: String) -> Substring.UTF8View? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].asciiLowercased == "bearer" else { return nil }
        return parts[1].drop { $0 == " " }.utf8
    }
}
