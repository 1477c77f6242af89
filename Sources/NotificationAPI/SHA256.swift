import CGnuTLS

/// SHA-256, by GnuTLS.
enum SHA256 {
    /// The 32 bytes of the digest of `bytes`.
    static func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            guard let start = digest.baseAddress else { return }
            let result = gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes.baseAddress, bytes.count, start)
            // Fails only if the library's self-tests have failed or a policy forbids SHA-256.
            precondition(result == 0, "gnutls_hash_fast: \(result)")
            count = 32
        }
    }
}
