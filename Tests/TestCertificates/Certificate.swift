import CGnuTLS
import Glibc

/// A call of GnuTLS that failed.
public struct GnuTLSError: Error {
    /// The returned code.
    public let code: Int32

    /// Throws if `code` is an error.
    public static func check(_ code: Int32) throws(GnuTLSError) {
        if code < 0 { throw GnuTLSError(code: code) }
    }
}

/// A new key and a self-signed certificate, in PEM; valid for an hour.
public struct Certificate: Sendable {
    /// The certificate.
    public let certificate: [UInt8]
    /// Its key.
    public let key: [UInt8]

    /// A certificate for the DNS name `name`, which is its own authority.
    public init(for name: String) throws {
        var key: gnutls_x509_privkey_t?
        try GnuTLSError.check(gnutls_x509_privkey_init(&key))
        defer { gnutls_x509_privkey_deinit(key) }
        try GnuTLSError.check(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, 256, 0))
        var certificate: gnutls_x509_crt_t?
        try GnuTLSError.check(gnutls_x509_crt_init(&certificate))
        defer { gnutls_x509_crt_deinit(certificate) }
        let now = time(nil)
        try GnuTLSError.check(gnutls_x509_crt_set_version(certificate, 3))
        try GnuTLSError.check(gnutls_x509_crt_set_serial(certificate, [1], 1))
        try GnuTLSError.check(gnutls_x509_crt_set_activation_time(certificate, now - 60))
        try GnuTLSError.check(gnutls_x509_crt_set_expiration_time(certificate, now + 3600))
        try GnuTLSError.check(gnutls_x509_crt_set_dn(certificate, "CN=\(name)", nil))
        try GnuTLSError.check(
            gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name, UInt32(name.utf8.count), 0))
        try GnuTLSError.check(gnutls_x509_crt_set_basic_constraints(certificate, 1, -1))
        try GnuTLSError.check(gnutls_x509_crt_set_key(certificate, key))
        try GnuTLSError.check(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0))
        self.certificate = try Certificate.pem { gnutls_x509_crt_export(certificate, GNUTLS_X509_FMT_PEM, $0, $1) }
        self.key = try Certificate.pem { gnutls_x509_privkey_export(key, GNUTLS_X509_FMT_PEM, $0, $1) }
    }

    private static func pem(_ export: (UnsafeMutableRawPointer, UnsafeMutablePointer<Int>) -> Int32) throws -> [UInt8] {
        var size = 8192
        var result: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            if let start = buffer.baseAddress { result = export(start, &size) }
            count = result == 0 ? size : 0
        }
        try GnuTLSError.check(result)
        return bytes
    }
}
