import CGnuTLS
import JSON

/// The signatures of Standard Webhooks, version 1: HMAC-SHA256 over `id.timestamp.body`.
public enum WebhookSignature {
    /// The value of `webhook-signature`: `v1,` and the signature in base64.
    ///
    /// - Parameter timestamp: Seconds since 1970, as in `webhook-timestamp`.
    public static func sign(id: String, timestamp: UInt64, body: [UInt8], with secret: WebhookSecret) -> String {
        "v1," + Base64.encode(signature(id: id, timestamp: String(timestamp), body: body, secret))
    }

    /// Whether a `webhook-signature` header contains a valid signature. Compares each of its space-separated signatures
    /// in constant time.
    ///
    /// - Parameter timestamp: The raw value of `webhook-timestamp`; the caller must check that it is recent.
    public static func verify(
        _ header: String, id: String, timestamp: String, body: [UInt8], with secret: WebhookSecret
    ) -> Bool {
        let expected = signature(id: id, timestamp: timestamp, body: body, secret)
        var isValid = false
        for candidate in header.split(separator: " ") where candidate.hasPrefix("v1,") {
            guard let given = Base64.decode(candidate.dropFirst(3)), given.count == expected.count else { continue }
            if gnutls_memcmp(given, expected, expected.count) == 0 { isValid = true }
        }
        return isValid
    }

    private static func signature(id: String, timestamp: String, body: [UInt8], _ secret: WebhookSecret) -> [UInt8] {
        let content = Array("\(id).\(timestamp).".utf8) + body
        return [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            let result = gnutls_hmac_fast(
                GNUTLS_MAC_SHA256, secret.key, secret.key.count, content, content.count, digest.baseAddress)
            // Fails only if the library's self-tests failed or policy forbids SHA-256.
            precondition(result == 0, "gnutls_hmac_fast: \(result)")
            count = 32
        }
    }
}
