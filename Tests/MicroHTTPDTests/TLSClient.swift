import CGnuTLS
import Glibc
import MicroHTTPD
import TestCertificates
import TestSupport

/// A TLS client that accepts any certificate, and remembers which one it saw.
final class TLSClient {
    private let session: gnutls_session_t
    private let credentials: gnutls_certificate_credentials_t
    private let socket: Int32

    /// Connects to a loopback port and performs the handshake, with the versions and ciphers of `priority`.
    init(_ port: UInt16, priority: String = "NORMAL") throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = socket
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        var credentials: gnutls_certificate_credentials_t?
        var session: gnutls_session_t?
        guard isConnected,
            limitWaits(of: descriptor),
            gnutls_certificate_allocate_credentials(&credentials) == 0, let credentials,
            gnutls_init(&session, UInt32(GNUTLS_CLIENT)) == 0, let session
        else {
            close(descriptor)
            throw Client.Failure.cannotConnect(errno)
        }
        self.credentials = credentials
        self.session = session
        try GnuTLSError.check(gnutls_priority_set_direct(session, priority, nil))
        try GnuTLSError.check(
            gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials)))
        gnutls_transport_set_int2(session, descriptor, descriptor)
        var result = gnutls_handshake(session)
        while result < 0, gnutls_error_is_fatal(result) == 0 { result = gnutls_handshake(session) }
        try GnuTLSError.check(result)
    }

    deinit {
        gnutls_deinit(session)
        gnutls_certificate_free_credentials(credentials)
        close(socket)
    }

    /// `TLS1.3` and the like.
    var version: String { String(cString: gnutls_protocol_get_name(gnutls_protocol_get_version(session))) }

    /// The server's certificate, DER.
    var certificate: [UInt8] {
        var count: UInt32 = 0
        guard let first = gnutls_certificate_get_peers(session, &count), count > 0 else { return [] }
        return Array(UnsafeBufferPointer(start: first.pointee.data, count: Int(first.pointee.size)))
    }

    /// Sends a request.
    func send(_ request: String) throws {
        let bytes = Array(request.utf8)
        guard gnutls_record_send(session, bytes, bytes.count) == bytes.count else { throw Client.Failure.cannotSend(0) }
    }

    /// Sends a request, and reads an answer with a `Content-Length` of one digit.
    func ask(_ request: String) throws -> String {
        try send(request)
        var answer = ""
        while true {
            let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, let length = parts[0].firstRange(of: "Content-Length: "),
                parts[1].utf8.count == Int(parts[0][length.upperBound...].prefix(1))
            {
                return answer
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = gnutls_record_recv(session, &buffer, buffer.count)
            guard count > 0 else { throw Client.Failure.closed(received: answer) }
            answer += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }
}
