import Bytes
public import Console
public import Curl
import Settings

/// How a running service is reached, for commands that ask one.
public struct ServiceTarget: Sendable {
    /// As it was given.
    public let name: String
    /// `http://ADDRESS:PORT`, without a slash.
    private let url: String
    private let socketPath: String?
    private let caFile: String?
    private let checksCertificate: Bool

    /// Nil unless `target` is `http://ADDRESS:PORT` or `https://ADDRESS:PORT`, with or without a slash behind it, or
    /// `unix:PATH`.
    ///
    /// - Parameters:
    ///   - caFile: the certificates (PEM) that the service's is checked against; nil for the system's. See `checkCAFile`.
    ///   - checksCertificate: whether it is checked at all.
    public init?(_ target: String, caFile: String? = nil, checksCertificate: Bool = true) {
        let schemes = ["http://", "https://"]
        if let scheme = schemes.first(where: target.hasPrefix) {
            var rest = target.dropFirst(scheme.count)
            if rest.hasSuffix("/") { rest = rest.dropLast() }
            guard let address = ListenAddress(String(rest)), address.port != 0 else { return nil }
            url = "\(scheme)\(address)"
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

    /// Refuses what `--ca-file` names unless it is a regular file of at most 1 MiB: libcurl, which reads it later, would wait
    /// for a FIFO, and read a device without end.
    public static func checkCAFile(_ path: String) throws(CommandFailure) {
        do throws(RegularFile.Fault) {
            _ = try RegularFile.read(path, limit: 1 << 20)
        } catch {
            throw CommandFailure(status: .usage, message: "--ca-file: \(path): \(error)")
        }
    }

    /// A handle that asks the service for `path`, as `agent`.
    public func handle(for path: String, agent: String) throws(CurlFailure) -> EasyHandle {
        let handle = try EasyHandle()
        try handle.set(.url, url + path)
        try handle.set(.proxy, "")
        try handle.set(.userAgent, agent + "/" + Version.current)
        try handle.set(.withoutSignals, true)
        try handle.setChecksCertificate(checksCertificate)
        if let socketPath { try handle.set(.unixSocketPath, socketPath) }
        if let caFile { try handle.set(.certificateFile, caFile) }
        return handle
    }
}
