import Bytes
import Locking
import MicroHTTPD
import Synchronization

/// Lets requests in by the tokens of the moment, or all of them while there are none.
final class AccessControl: Sendable {
    /// That a request was let in, and as whose.
    struct Admission: Sendable {
        /// Nil when nobody was asked.
        let caller: TokenTable.Caller?
        fileprivate let generation: UInt64
    }

    private let tokens: Locked<TokenTable?>
    private let hasTokens: Atomic<Bool>
    /// Counts how often the tokens were replaced.
    private let generation = Atomic<UInt64>(0)

    init(_ tokens: TokenTable?) {
        self.tokens = Locked(tokens)
        hasTokens = Atomic(tokens != nil)
    }

    /// Whether requests are asked for a token.
    var asksForTokens: Bool { hasTokens.load(ordering: .relaxed) }

    /// Replaces the tokens; requests that were let in go on, live streams of callers that are not there any more end.
    func replace(_ tokens: TokenTable?) {
        self.tokens.withLock { $0 = tokens }
        hasTokens.store(tokens != nil, ordering: .relaxed)
        generation.add(1, ordering: .releasing)
    }

    /// Lets a request of `role` in.
    ///
    /// - Throws: 401 without a known token, 403 when it is that of a lesser role.
    func admit(_ head: RequestHead, as role: Role) throws(Problem) -> Admission {
        let generation = generation.load(ordering: .acquiring)
        guard let tokens = tokens.withLock({ $0 }) else { return Admission(caller: nil, generation: generation) }
        guard let authorization = head.headers["Authorization"] else {
            throw AccessControl.challenge("The request has no bearer token.")
        }
        guard let token = AccessControl.bearerToken(in: authorization), let caller = tokens.caller(presenting: token)
        else {
            throw AccessControl.challenge(
                "The Authorization header has no bearer token that is known here.", #", error="invalid_token""#)
        }
        guard caller.role >= role else {
            throw Problem(.forbidden, "This takes the role \(role.rawValue); the token's is \(caller.role.rawValue).")
        }
        return Admission(caller: caller, generation: generation)
    }

    /// Whether who was let in would be let in still. Cheap as long as the tokens were not replaced.
    func stillHolds(_ admission: Admission) -> Bool {
        if generation.load(ordering: .acquiring) == admission.generation { return true }
        guard let tokens = tokens.withLock({ $0 }) else { return true }
        return admission.caller.map(tokens.holds) ?? false
    }

    private static func challenge(_ detail: String, _ error: String = "") -> Problem {
        Problem(
            .unauthenticated, detail, header: (name: "WWW-Authenticate", value: #"Bearer realm="wdfilterd""# + error))
    }

    /// What follows the scheme `Bearer`, in any letter case, and blanks (RFC 6750, section 2.1).
    private static func bearerToken(in authorization: String) -> Substring.UTF8View? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].asciiLowercased == "bearer" else { return nil }
        return parts[1].drop { $0 == " " }.utf8
    }
}
