import Bytes
import CGnuTLS
import Curl
import Dispatch
import Glibc
import Locking

/// A file of PEM certificates that an engine's certificate is checked against. It is read when it is set and again when
/// it changes, on a thread that nothing else needs, and libcurl gets its content from memory.
public final class CertificateFile: Sendable {
    /// Most bytes of such a file.
    public static let maximumSize = 1 << 20
    /// How often the file is checked for changes, once it has been read.
    private static let lookInterval = DispatchTimeInterval.seconds(1)

    /// The path, as it was given.
    public let path: String

    private struct State {
        var content: MemoryFile?
        var version: RegularFile.Version?
    }

    private let state = Locked(State())

    /// A file that has not been read yet.
    ///
    /// - Throws: `WebhookEngineError.caFile` when `path` is empty or has a NUL.
    public init(path: String) throws(WebhookEngineError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .caFile("is not a path") }
        self.path = path
    }

    /// Reads the file. When that fails, the content that was read before stays.
    ///
    /// This may take as long as the file system takes: do not call it on a thread that others need.
    ///
    /// - Throws: `WebhookEngineError.caFile` when it is not a regular file, has more than `maximumSize` bytes, cannot be
    ///   read or holds no certificate.
    public func read() throws(WebhookEngineError) {
        let bytes: [UInt8]
        let version: RegularFile.Version
        do throws(RegularFile.Fault) {
            // The version comes first: if the file changes in between, it is read once more.
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
        if isFirst { lookLater() }
    }

    /// Reads the file on a thread of its own, and passes what is wrong with it to `completion`; nil when nothing is.
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

    /// The content when the file was last read, at a path for libcurl; nil before.
    var content: MemoryFile? { state.withLock { $0.content } }

    /// The version of the file that `content` came from; nil before.
    var version: RegularFile.Version? { state.withLock { $0.version } }

    /// Checks at intervals whether the file has changed, for as long as this object lives. A check when a message is
    /// sent would come too late: the first message after a change would still trust the old content.
    private func lookLater() {
        CertificateFile.queue.asyncAfter(deadline: .now() + CertificateFile.lookInterval) { [weak self] in
            guard let self else { return }
            // When the file is gone, or no longer holds a certificate, its last content stays in force.
            if let version = try? RegularFile.version(path), version != self.version { try? read() }
            lookLater()
        }
    }

    /// Whether GnuTLS, which checks engines by it, finds a certificate in `bytes`.
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

    /// One file system that hangs holds up the CA files of all engines, and nothing else.
    private static let queue = DispatchQueue(label: "wdfilterd.certificates")
}

extension CertificateFile: Hashable {
    /// Whether they have the same path.
    public static func == (one: CertificateFile, other: CertificateFile) -> Bool { one.path == other.path }
    /// Feeds the path.
    public func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
