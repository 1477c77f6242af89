import Console
import MicroHTTPD
import NotificationAPI
import Settings

/// What the service is given in files of secrets, and reads anew on SIGHUP: who may call, and the certificate.
struct Credentials {
    /// Nil: everybody may do everything.
    let tokens: TokenTable?
    /// Nil: plain HTTP is served.
    let identity: TLSIdentity?

    /// Reads the files that `settings` name.
    ///
    /// - Throws: when one cannot be read or has faults; the faults of all are told together.
    init(_ settings: Settings) throws(CommandFailure) {
        var faults: [String] = []
        tokens = settings.auth.tokensFile.flatMap { Credentials.tokens($0, &faults) }
        identity =
            if let certificate = settings.tls.certificateFile, let key = settings.tls.keyFile {
                Credentials.identity(certificate, key, &faults)
            } else { nil }
        guard faults.isEmpty else { throw CommandFailure(status: .usage, message: faults.joined(separator: "\n")) }
    }

    private static func tokens(_ path: String, _ faults: inout [String]) -> TokenTable? {
        guard let text = bytes("auth.tokensFile", path, &faults) else { return nil }
        do throws(TokenTable.Faults) {
            return try TokenTable(text: text)
        } catch {
            faults += error.all.map { "auth.tokensFile: \(path): \($0)" }
            return nil
        }
    }

    private static func identity(_ certificate: String, _ key: String, _ faults: inout [String]) -> TLSIdentity? {
        let chain = bytes("tls.certificateFile", certificate, &faults)
        let privateKey = bytes("tls.keyFile", key, &faults)
        guard let chain, let privateKey else { return nil }
        do throws(TLSIdentity.Fault) {
            return try TLSIdentity(certificateChain: chain, privateKey: privateKey)
        } catch {
            switch error {
            case .badCertificate(let detail): faults.append("tls.certificateFile: \(certificate): \(detail)")
            case .badKey(let detail): faults.append("tls.keyFile: \(key): \(detail)")
            case .mismatch: faults.append("tls.keyFile: \(key): is not the key of \(certificate)")
            }
            return nil
        }
    }

    private static func bytes(_ setting: String, _ path: String, _ faults: inout [String]) -> [UInt8]? {
        do throws(Secret.Unreadable) {
            return try Secret.bytes(ofFile: path)
        } catch {
            faults.append("\(setting): \(error)")
            return nil
        }
    }
}
