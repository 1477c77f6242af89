public import ArgumentParser
import Bytes
import Settings

/// The options of commands that send requests to a running service over TLS.
public struct ServiceTargetOptions: ParsableArguments {
    @Option(
        help: "Trust the certificates (PEM) in this file instead of those of the system.",
        completion: .file())
    private var caFile: String?

    @Flag(help: "Accept any certificate from the service.")
    private var insecure = false

    /// Creates the defaults: the certificates of the system.
    public init() {}

    /// Whether any of them was given.
    public var areGiven: Bool { caFile != nil || insecure }

    /// The service at `url`, which was given by `option`.
    public func target(_ url: String, by option: String) throws(CommandFailure) -> ServiceTarget {
        if let caFile { try ServiceTarget.checkCAFile(caFile) }
        guard let target = ServiceTarget(url, caFile: caFile, checksCertificate: !insecure) else {
            let advice =
                ServiceTarget.meant(by: url).map { "write \($0)" }
                ?? "ADDRESS is numeric or localhost, such as http://127.0.0.1:8080"
            throw CommandFailure(
                status: .usage,
                message:
                    "\(option): \(url.quoted(limit: 200)) is not http://ADDRESS:PORT, https://ADDRESS:PORT or unix:PATH;"
                    + " \(advice)")
        }
        return target
    }

    /// A client of the service at `url`, which was given by `option`, with the token in `tokenFile`; of one instance if there are
    /// several.
    public func client(
        _ url: String, by option: String, tokenFile: String?, instance: String? = nil, agent: String
    ) throws(CommandFailure) -> ServiceClient {
        let target = try target(url, by: option)
        do throws(Secret.Unreadable) {
            let token = try tokenFile.map { path throws(Secret.Unreadable) in try Secret(path: path).reveal() }
            return ServiceClient(target, token: token, instance: instance, agent: agent)
        } catch {
            throw CommandFailure(status: .usage, message: "--token-file: \(error)")
        }
    }
}
