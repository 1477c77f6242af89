import Bytes
public import Curl
import Settings

/// The address of a running service, for commands that send requests to it.
public struct ServiceTarget: Sendable {
    /// The target as written by the user.
    public let name: String
    /// `http://ADDRESS:PORT`, without a slash.
    private let url: String
    private let socketPath: String?
    private let caFile: String?
    private let checksCertificate: Bool

    /// Parses `http://ADDRESS:PORT` or `https://ADDRESS:PORT`, optionally with a trailing slash, or `unix:PATH`; nil for
    /// anything else.
    ///
    /// - Parameters:
    ///   - caFile: File of trusted certificates (PEM); nil for the system's. See `checkCAFile`.
    ///   - checksCertificate: Whether to verify the service's certificate.
    public init?(_ target: String, caFile: String? = nil, checksCertificate: Bool = true) {
        let schemes = ["http://", "https://"]
        if let scheme = schemes.first(where: target.hasPrefix) {
            var rest = target.dropFirst(scheme.count)
            if rest.hasSuffix("/") { rest = rest.dropLast() }
            guard let address = ListenAddress(String(rest)), address.port != 0 else { return nil }
            // A certificate may be for the name.
            url = rest.hasPrefix("localhost:") ? "\(scheme)localhost:\(address.port)" : "\(scheme)\(address)"
            socketPath = nil
        } else {
            guard case .unix(let path) = ListenTarget(target) else { return nil }
            url = "http://localhost"
            socketPath = path
        }
        name = target
        self.caFile = caFile
        self.checksCertificate = checksCertificate
    }

    /// The target that `text`, which is not one, was probably meant to be: without its scheme, its port or with a path. Nil if
    /// it could be anything.
    static func meant(by text: String) -> String? {
        if text.hasPrefix("/"), ServiceTarget("unix:" + text) != nil { return "unix:" + text }
        let scheme = text.hasPrefix("https://") ? "https://" : "http://"
        let address = (text.hasPrefix(scheme) ? text.dropFirst(scheme.count) : text[...]).prefix { $0 != "/" }
        let port = address.hasPrefix(":") ? address.dropFirst() : address
        let candidates = ["\(address)", "127.0.0.1:\(port)", "\(address):8080"].map { scheme + $0 }
        return candidates.first { ServiceTarget($0) != nil }
    }

    /// Checks that the file of `--ca-file` is a regular file of at most 1 MiB. libcurl reads it later, and would block on a
    /// FIFO and read a device forever.
    static func checkCAFile(_ path: String) throws(CommandFailure) {
        do throws(RegularFile.Fault) {
            _ = try RegularFile.read(path, limit: 1 << 20)
        } catch {
            throw CommandFailure(status: .usage, message: "--ca-file: \(path): \(error)")
        }
    }

    /// A handle for requests to `path`, with `agent` as User-Agent.
    public func handle(for path: String, agent: String) throws(CurlFailure) -> EasyHandle {
        let handle = try EasyHandle()
        try set(path, on: handle)
        try handle.set(.proxy, "")
        try handle.set(.userAgent, agent + "/" + Version.current)
        try handle.set(.withoutSignals, true)
        try handle.setChecksCertificate(checksCertificate)
        if let socketPath { try handle.set(.unixSocketPath, socketPath) }
        if let caFile { try handle.set(.certificateFile, caFile) }
        return handle
    }

    /// Makes the next request of `handle` one to `path`.
    func set(_ path: String, on handle: EasyHandle) throws(CurlFailure) { try handle.set(.url, url + path) }
}
