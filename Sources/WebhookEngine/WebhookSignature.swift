import CGnuTLS
import JSON
import Locking

/// The signatures of Standard Webhooks, version 1: HMAC-SHA256 over `id.timestamp.body`.
public enum WebhookSignature {
    /// The value of `webhook-signature`: `v1,` and the signature in base64.
    ///
    /// - Parameter timestamp: Seconds since 1970, as in `webhook-timestamp`.
    public static func sign(id: String, timestamp: UInt64, body: [UInt8], with secret: WebhookSecret) -> String {
        WebhookSigner(secret).sign(id: id, timestamp: String(timestamp), body: body)
    }

    /// Whether a `webhook-signature` header contains a valid signature. Compares each of its space-separated signatures
    /// in constant time.
    ///
    /// - Parameter timestamp: The raw value of `webhook-timestamp`; the caller must check that it is recent.
    public static func verify(
        _ header: String, id: String, timestamp: String, body: [UInt8], with secret: WebhookSecret
    ) -> Bool {
        let expected = WebhookSigner(secret).digest(id: id, timestamp: timestamp, body: body)
        var isValid = false
        for candidate in header.split(separator: " ") where candidate.hasPrefix("v1,") {
            guard let given = Base64.decode(candidate.dropFirst(3)), given.count == expected.count else { continue }
            if gnutls_memcmp(given, expected, expected.count) == 0 { isValid = true }
        }
        return isValid
    }
}

/// Signs with one secret, whose key is prepared once.
final class WebhookSigner: Sendable {
    private struct State: @unchecked Sendable {  // GnuTLS' object, used under the lock
        let handle: gnutls_hmac_hd_t
    }

    private let state: Locked<State>

    init(_ secret: WebhookSecret) {
        var handle: gnutls_hmac_hd_t?
        let result = gnutls_hmac_init(&handle, GNUTLS_MAC_SHA256, secret.key, secret.key.count)
        // Fails only without memory, or if the library's self-tests failed or policy forbids SHA-256.
        guard result == 0, let handle else { preconditionFailure("gnutls_hmac_init: \(result)") }
        state = Locked(State(handle: handle))
    }

    deinit { state.withLock { gnutls_hmac_deinit($0.handle, nil) } }

    /// The value of `webhook-signature`.
    func sign(id: String, timestamp: String, body: [UInt8]) -> String {
        "v1," + Base64.encode(digest(id: id, timestamp: timestamp, body: body))
    }

    func digest(id: String, timestamp: String, body: [UInt8]) -> [UInt8] {
        var prefix = "\(id).\(timestamp)."
        return state.withLock { state in
            prefix.withUTF8 { WebhookSigner.check(gnutls_hmac(state.handle, $0.baseAddress, $0.count)) }
            WebhookSigner.check(gnutls_hmac(state.handle, body, body.count))
            return [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
                // Also prepares the handle for the next digest.
                gnutls_hmac_output(state.handle, digest.baseAddress)
                count = 32
            }
        }
    }

    private static func check(_ result: Int32) { precondition(result == 0, "gnutls_hmac: \(result)") }
}
