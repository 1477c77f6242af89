import CGnuTLS

/// A certificate chain and its private key.
public final class TLSIdentity: Sendable {
    // Written in `init` only; GnuTLS reads them in handshakes, on pool threads.
    private nonisolated(unsafe) let chain: UnsafeMutablePointer<gnutls_pcert_st>  // freed in deinit, read-only before
    private nonisolated(unsafe) let key: gnutls_privkey_t  // freed in deinit, read-only before
    private let count: Int

    /// Why an identity cannot be created.
    public enum Fault: Error, Hashable, Sendable {
        /// The chain is unreadable, out of order, or longer than 16 certificates; with the error of GnuTLS.
        case badCertificate(String)
        /// The key is unreadable or has a passphrase; with the error of GnuTLS.
        case badKey(String)
        /// The key does not belong to the first certificate.
        case mismatch
    }

    /// Maximum number of certificates in a chain.
    static let maximumChain = 16

    /// Parses the contents of two PEM files: the certificate followed by its chain of issuers, and the private key without
    /// a passphrase.
    public init(certificateChain: [UInt8], privateKey: [UInt8]) throws(Fault) {
        var made: gnutls_privkey_t?
        // Fails only if out of memory.
        guard gnutls_privkey_init(&made) == GNUTLS_E_SUCCESS, let made else { throw .badKey("out of memory") }
        let chain = UnsafeMutablePointer<gnutls_pcert_st>.allocate(capacity: TLSIdentity.maximumChain)
        do throws(Fault) {
            let count = try TLSIdentity.read(certificateChain, into: chain)
            do throws(Fault) {
                try TLSIdentity.read(privateKey, into: made)
                try TLSIdentity.check(made, isOf: chain)
            } catch {
                TLSIdentity.free(chain, count)
                throw error
            }
            self.count = count
        } catch {
            gnutls_privkey_deinit(made)
            chain.deallocate()
            throw error
        }
        self.chain = chain
        key = made
    }

    deinit {
        TLSIdentity.free(chain, count)
        chain.deallocate()
        gnutls_privkey_deinit(key)
    }

    /// Passes the identity to a handshake. It must outlive the session.
    func present(
        _ chain: UnsafeMutablePointer<UnsafeMutablePointer<gnutls_pcert_st>?>, _ count: UnsafeMutablePointer<UInt32>,
        _ key: UnsafeMutablePointer<gnutls_privkey_t?>
    ) {
        chain.pointee = self.chain
        count.pointee = UInt32(self.count)
        key.pointee = self.key
    }

    private static func read(
        _ text: [UInt8], into chain: UnsafeMutablePointer<gnutls_pcert_st>
    ) throws(Fault) -> Int {
        var count = UInt32(maximumChain)
        let result = withDatum(text) {
            gnutls_pcert_list_import_x509_raw(
                chain, &count, $0, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED.rawValue)
        }
        guard result >= 0 else {
            throw .badCertificate(
                faultOfPEM(text, expecting: "CERTIFICATE", "a PEM certificate")
                    ?? String(cString: gnutls_strerror(result)))
        }
        return Int(count)
    }

    private static func read(_ text: [UInt8], into key: gnutls_privkey_t) throws(Fault) {
        let result = withDatum(text) { gnutls_privkey_import_x509_raw(key, $0, GNUTLS_X509_FMT_PEM, nil, 0) }
        guard result >= 0 else {
            let isLocked =
                text.labelsOfPEM.contains { $0.contains("ENCRYPTED") } || text.contains("Proc-Type: 4,ENCRYPTED")
            throw .badKey(
                isLocked
                    ? "has a passphrase; remove it with openssl pkey"
                    : faultOfPEM(text, expecting: "PRIVATE KEY", "a PEM private key")
                        ?? String(cString: gnutls_strerror(result)))
        }
    }

    /// The fault of a file that has no block whose label ends in `label`; nil if it has one.
    private static func faultOfPEM(_ text: [UInt8], expecting label: String, _ expected: String) -> String? {
        let labels = text.labelsOfPEM
        if labels.contains(where: { $0.hasSuffix(label) }) { return nil }
        return "is not \(expected)" + (labels.first.map { "; it contains a \($0)" } ?? "")
    }

    /// Compares the IDs of the public keys: GnuTLS would not detect a mismatch before the first handshake.
    private static func check(
        _ key: gnutls_privkey_t, isOf chain: UnsafeMutablePointer<gnutls_pcert_st>
    ) throws(Fault) {
        var made: gnutls_pubkey_t?
        guard gnutls_pubkey_init(&made) == GNUTLS_E_SUCCESS, let made else { throw .badKey("out of memory") }
        defer { gnutls_pubkey_deinit(made) }
        let result = gnutls_pubkey_import_privkey(made, key, 0, 0)
        guard result >= 0 else { throw .badKey(String(cString: gnutls_strerror(result))) }
        let ids = [made, chain.pointee.pubkey].map { key in
            var size = 64
            return [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
                let result = gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256.rawValue, bytes.baseAddress, &size)
                count = result == GNUTLS_E_SUCCESS ? size : 0
            }
        }
        guard ids[0] == ids[1], !ids[0].isEmpty else { throw .mismatch }
    }

    private static func free(_ chain: UnsafeMutablePointer<gnutls_pcert_st>, _ count: Int) {
        for index in 0..<count { gnutls_pcert_deinit(chain + index) }
    }

    private static func withDatum<Result>(
        _ bytes: [UInt8], _ body: (UnsafePointer<gnutls_datum_t>) -> Result
    ) -> Result {
        var bytes = bytes
        return bytes.withUnsafeMutableBufferPointer { buffer in
            var datum = gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
            return body(&datum)
        }
    }
}

extension [UInt8] {
    /// The labels of the blocks of a PEM file: `CERTIFICATE`, `EC PRIVATE KEY`.
    fileprivate var labelsOfPEM: [String] {
        split(separator: UInt8(ascii: "\n")).compactMap { line in
            let text = String(decoding: line.prefix(80), as: UTF8.self)
            guard text.hasPrefix("-----BEGIN "), let end = text.dropFirst(11).firstIndex(of: "-") else { return nil }
            return String(text[text.index(text.startIndex, offsetBy: 11)..<end])
        }
    }

    fileprivate func contains(_ text: String) -> Bool {
        split(separator: UInt8(ascii: "\n")).contains { $0.starts(with: text.utf8) }
    }
}
