import Console
import Glibc
import MicroHTTPD
import NotificationAPI
import Settings

/// The tokens and the certificate of the service, which are read from files and reloaded on SIGHUP.
struct Credentials {
    /// The tokens; nil if all requests are allowed.
    let tokens: TokenTable?
    /// The certificate and its key; nil for plain HTTP.
    let identity: TLSIdentity?

    /// Sentences about files that others may read.
    let warnings: [String]

    /// Reads the files that `settings` name.
    ///
    /// - Throws: If a file cannot be read or is invalid; reports the faults of all files together.
    init(_ settings: Settings) throws(CommandFailure) {
        var faults: [String] = []
        tokens = settings.auth.tokensFile.flatMap { Credentials.tokens($0, by: settings.name, &faults) }
        identity =
            if let certificate = settings.tls.certificateFile, let key = settings.tls.keyFile {
                Credentials.identity(certificate, key, by: settings.name, &faults)
            } else { nil }
        warnings = [("auth.tokensFile", settings.auth.tokensFile), ("tls.keyFile", settings.tls.keyFile)].compactMap {
            key, path in path.flatMap { Credentials.isReadableByAll($0) ? "\(key): everyone may read \($0)" : nil }
        }
        guard faults.isEmpty else { throw CommandFailure(status: .usage, lines: faults.joined(separator: "\n")) }
    }

    private static func isReadableByAll(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o004 != 0
    }

    private static func tokens(
        _ path: String, by name: (String) -> String, _ faults: inout [String]
    ) -> TokenTable? {
        guard let text = bytes(name("auth.tokensFile"), path, &faults) else { return nil }
        do throws(TokenTable.Faults) {
            return try TokenTable(text: text)
        } catch {
            faults += error.all.map { "\(name("auth.tokensFile")): \(path): \($0)" }
            return nil
        }
    }

    private static func identity(
        _ certificate: String, _ key: String, by name: (String) -> String, _ faults: inout [String]
    ) -> TLSIdentity? {
        let chain = bytes(name("tls.certificateFile"), certificate, &faults)
        let privateKey = bytes(name("tls.keyFile"), key, &faults)
        guard let chain, let privateKey else { return nil }
        do throws(TLSIdentity.Fault) {
            return try TLSIdentity(certificateChain: chain, privateKey: privateKey)
        } catch {
            switch error {
            case .badCertificate(let detail): faults.append("\(name("tls.certificateFile")): \(certificate): \(detail)")
            case .badKey(let detail): faults.append("\(name("tls.keyFile")): \(key): \(detail)")
            case .mismatch:
                faults.append("\(name("tls.keyFile")): \(key): does not belong to the certificate in \(certificate)")
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
