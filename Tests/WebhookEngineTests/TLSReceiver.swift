import TestCertificates
import CGnuTLS
import Glibc
import Locking

/// An HTTPS server that answers every request with an empty 200, one connection at a time, on its own thread.
final class TLSReceiver: Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let log = Locked<[Int]>([])

    /// Serves with `certificate` and the TLS versions in `priority`.
    init(_ certificate: Certificate, priority: String = "NORMAL") throws {
        let socket = try ListeningSocket(on: "127.0.0.1", backlog: 16)
        port = socket.port
        descriptor = socket.descriptor
        _ = fcntl(socket.descriptor, F_SETFL, 0)
        startThread { [log] in
            let session = ServerSession(certificate, priority: priority)
            var number = 0
            while case let client = accept(socket.descriptor, nil, nil), client >= 0 {
                let connection = number
                session.serve(client) { log.withLock { $0.append(connection) } }
                close(client)
                number += 1
            }
            close(socket.descriptor)
        }
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// The connection number of each request, from 0; clients that do not trust us send none.
    var requests: [Int] { log.withLock { $0 } }
}

/// The server's side of one connection after another.
private struct ServerSession {
    private let certificate: Certificate
    private let priority: String

    init(_ certificate: Certificate, priority: String) {
        self.certificate = certificate
        self.priority = priority
    }

    func serve(_ client: Int32, onRequest: () -> Void) {
        var credentials: gnutls_certificate_credentials_t?
        var session: gnutls_session_t?
        gnutls_certificate_allocate_credentials(&credentials)
        gnutls_init(&session, UInt32(GNUTLS_SERVER.rawValue))
        defer {
            gnutls_deinit(session)
            gnutls_certificate_free_credentials(credentials)
        }
        var (chain, key) = (certificate.certificate, certificate.key)
        let result = chain.withUnsafeMutableBufferPointer { chain in
            key.withUnsafeMutableBufferPointer { key in
                var chain = gnutls_datum_t(data: chain.baseAddress, size: UInt32(chain.count))
                var key = gnutls_datum_t(data: key.baseAddress, size: UInt32(key.count))
                return gnutls_certificate_set_x509_key_mem(credentials, &chain, &key, GNUTLS_X509_FMT_PEM)
            }
        }
        precondition(result >= 0)
        gnutls_priority_set_direct(session, priority, nil)
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials))
        gnutls_transport_set_int2(session, client, client)
        guard gnutls_handshake(session) == 0 else { return }
        var input: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while case let count = gnutls_record_recv(session, &buffer, buffer.count), count > 0 {
            input += buffer[..<count]
            // The body of a CloudEvent ends with its object.
            guard input.suffix(2) == [UInt8]("}}".utf8)[...] else { continue }
            onRequest()
            let reply = [UInt8].response([])
            gnutls_record_send(session, reply, reply.count)
            input = []
        }
    }
}
