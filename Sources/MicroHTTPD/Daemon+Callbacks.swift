import Bytes
import CGnuTLS
import CMicroHTTPD
import Glibc
import Locking

extension Daemon {
    /// MHD_AccessHandlerCallback: called for complete headers, for each piece of the body, and for the complete request.
    static let handleAccess: MHD_AccessHandlerCallback = {
        _, connection, _, method, version, piece, size, context in
        guard let connection, let size, let context = context?.pointee else { return .NO }
        let owner = Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue()
        guard case .requestLine = owner.phase else { return owner.proceed(connection, piece, &size.pointee) }
        guard let method, let version else { return .NO }
        return owner.begin(connection, method: method, version: version)
    }

    /// MHD_OPTION_URI_LOG_CALLBACK: called for the request line. Returns the context for the later calls.
    static let logTarget:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
            _, target, connection in
            guard let target, let connection, let context = CMicroHTTPD_socket_context(connection) else { return nil }
            Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().receive(target: target)
            return context
        }

    /// MHD_RequestCompletedCallback: called when the answer was sent or will never be.
    static let notifyCompleted: MHD_RequestCompletedCallback = { _, _, context, _ in
        guard let context = context?.pointee else { return }
        Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue().finish()
    }

    /// MHD_NotifyConnectionCallback: called at the start and at the end of a connection. Only these calls always pair.
    static let notifyConnection: MHD_NotifyConnectionCallback = { core, connection, context, code in
        guard let core, let connection, let context else { return }
        switch code.rawValue {
        case MHD_ConnectionNotificationCode.CONNECTION_NOTIFY_STARTED.rawValue:
            let core = Unmanaged<DaemonCore>.fromOpaque(core).takeUnretainedValue()
            context.pointee = Unmanaged.passRetained(Connection(core, connection)).toOpaque()
        case MHD_ConnectionNotificationCode.CONNECTION_NOTIFY_CLOSED.rawValue:
            guard let owner = context.pointee else { return }
            context.pointee = nil
            let closed = Unmanaged<Connection>.fromOpaque(owner).takeRetainedValue()
            closed.close()
            closed.core.slots.release(closed.slot)
        default:
            break
        }
    }

    /// gnutls_certificate_retrieve_function2 for MHD_OPTION_HTTPS_CERT_CALLBACK: called when a handshake needs a
    /// certificate. The session's pointer is the library's connection.
    static let retrieveCertificate:
        @convention(c) (
            gnutls_session_t?, UnsafePointer<gnutls_datum_t>?, Int32, UnsafePointer<gnutls_pk_algorithm_t>?, Int32,
            UnsafeMutablePointer<UnsafeMutablePointer<gnutls_pcert_st>?>?, UnsafeMutablePointer<UInt32>?,
            UnsafeMutablePointer<gnutls_privkey_t?>?
        ) -> Int32 = { session, _, _, _, _, chain, count, key in
            guard let session, let chain, let count, let key,
                let connection = gnutls_session_get_ptr(session).map(OpaquePointer.init),
                let context = CMicroHTTPD_socket_context(connection)
            else { return -1 }
            let owner = Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue()
            guard let identity = owner.core.identity.withLock({ $0 }) else { return -1 }
            owner.identity = identity
            identity.present(chain, count, key)
            return 0
        }

    /// MHD_LogCallback.
    static let logMessage: MHD_LogCallback = { core, format, arguments in
        guard let core, let format, let arguments else { return }
        var text = [CChar](repeating: 0, count: 512)
        guard vsnprintf(&text, text.count, format, arguments) >= 0 else { return }
        let message = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        Unmanaged<DaemonCore>.fromOpaque(core).takeUnretainedValue().log(printable(message))
    }

    /// Escapes `message` to one line of ASCII: the library's messages quote client data.
    static func printable(_ message: [UInt8]) -> String {
        var text = ""
        for byte in message {
            switch byte {
            case 0x0A, 0x0D: continue
            case 0x20...0x7E where byte != UInt8(ascii: "\\"): text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "\\x" + byte.hexDigits(2)
            }
        }
        return text
    }
}
