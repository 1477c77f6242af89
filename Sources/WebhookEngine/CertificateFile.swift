import Bytes
import CGnuTLS
import Curl
import Dispatch
import Glibc
import Locking

/// A file of trusted PEM certificates for verifying an engine. It is read when it is set and reread when it changes,
/// on a dedicated thread. libcurl reads its content from memory.
public final class CertificateFile: Sendable {
    /// Largest file size, in bytes.
    public static let maximumSize = 1 << 20
    /// How often the file is checked for changes, once it has been read.
    private static let checkInterval = DispatchTimeInterval.seconds(1)

    /// The path passed to `init`.
    public let path: String

    private struct State {
        var content: MemoryFile?
        var version: RegularFile.Version?
    }

    private let state = Locked(State())

    /// Creates a file without reading it.
    ///
    /// - Throws: `WebhookEngineError.caFile` when `path` is empty or has a NUL.
    public init(path: String) throws(WebhookEngineError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .caFile("must not be empty or contain a NUL") }
        self.path = path
    }

    /// Reads the file. If that fails, the previous content stays in use.
    ///
    /// Blocks as long as the file system does: do not call it on a shared thread.
    ///
    /// - Throws: `WebhookEngineError.caFile` when it is not a regular file, has more than `maximumSize` bytes, cannot be
    ///   read or holds no certificate.
    public func read() throws(WebhookEngineError) {
        let bytes: [UInt8]
        let version: RegularFile.Version
        do throws(RegularFile.Fault) {
            // Version first: if the file changes in between, the next check rereads it.
            version = try RegularFile.version(path)
            bytes = try RegularFile.read(path, limit: CertificateFile.maximumSize)
        } catch {
            throw .caFile(error.description)
        }
        guard CertificateFile.hasCertificates(bytes) else { throw .caFile("holds no PEM certificate") }
        let content: MemoryFile
        do throws(MemoryFile.Failure) {
            content = try MemoryFile(bytes, name: "wdfilterd-ca")
        } catch {
            throw .caFile(RegularFile.Fault.system(error.errno).description)
        }
        let isFirst = state.withLock { state in
            defer { (state.content, state.version) = (content, version) }
            return state.content == nil
        }
        if isFirst { scheduleCheck() }
    }

    /// Reads the file on its own queue and passes the error, if any, to `completion`.
    public func read(completion: @escaping @Sendable (WebhookEngineError?) -> Void) {
        CertificateFile.queue.async {
            do throws(WebhookEngineError) {
                try self.read()
                completion(nil)
            } catch {
                completion(error)
            }
        }
    }

    /// The content as last read, in a memory file that libcurl can open; nil before the first read.
    var content: MemoryFile? { state.withLock { $0.content } }

    /// The version of the file that `content` was read from; nil before the first read.
    var version: RegularFile.Version? { state.withLock { $0.version } }

    /// Checks the file for changes at intervals, for the lifetime of this object. Checking only when a message is sent
    /// would be too late: the first message after a change would still trust the old content.
    private func scheduleCheck() {
        CertificateFile.queue.asyncAfter(deadline: .now() + CertificateFile.checkInterval) { [weak self] in
            guard let self else { return }
            // If the file was removed or no longer holds a certificate, the last content stays in use.
            if let version = try? RegularFile.version(path), version != self.version { try? read() }
            scheduleCheck()
        }
    }

    /// Whether GnuTLS, which libcurl verifies with, finds a certificate in `bytes`.
    private static func hasCertificates(_ bytes: [UInt8]) -> Bool {
        var credentials: gnutls_certificate_credentials_t?
        guard gnutls_certificate_allocate_credentials(&credentials) == GNUTLS_E_SUCCESS, let credentials else {
            return false
        }
        defer { gnutls_certificate_free_credentials(credentials) }
        var bytes = bytes
        return bytes.withUnsafeMutableBufferPointer { buffer in
            var text = gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
            return gnutls_certificate_set_x509_trust_mem(credentials, &text, GNUTLS_X509_FMT_PEM) > 0
        }
    }

    /// A hung file system blocks only this queue, and with it the CA files of all engines.
    private static let queue = DispatchQueue(label: "wdfilterd.certificates")
}

extension CertificateFile: Hashable {
    /// Compares paths.
    public static func == (one: CertificateFile, other: CertificateFile) -> Bool { one.path == other.path }
    /// Hashes the path.
    public func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
