import Bytes
public import NotificationAPI

/// How the HTTP server listens, and its limits for clients. Group `server`.
public struct ServerSettings: Hashable, Sendable {
    /// The address, socket path or inherited socket to listen on.
    public var listen = ListenTarget.tcp(ListenAddress(port: 8080))
    /// The mode of a unix domain socket: clients with write permission can connect.
    public var socketMode = FileMode(bits: 0o600)
    /// Threads that serve requests, 0...64; 0 means one per core, at least 2 and at most 4.
    public var threads = 0
    /// The maximum number of connections at a time, 64...65536.
    public var connectionLimit = 4096
    /// The maximum number of connections at a time from one address, 1...65536.
    public var connectionsPerAddressLimit = 4096
    /// How long a request may take to arrive, in milliseconds, 1...60000.
    public var requestTimeoutMs = 30_000
    /// How long a connection may be idle, in milliseconds, 1...60000.
    public var idleTimeoutMs = 60_000
    /// How long `/readyz` says that the service stops before it does, in milliseconds, 0...60000.
    public var shutdownDelayMs = 0
    /// How long running requests may take when the service stops, in milliseconds, 1...60000.
    public var shutdownTimeoutMs = 10_000
    /// The name of this instance among several behind a proxy, 1 to 63 of a-z, 0-9 and hyphen.
    public var instance: String?
    /// The hosts that the server answers to, each with one port or any, in addition to addresses, localhost and names
    /// without a dot; also the web sites that may request changes.
    public var allowedHosts: [AllowedHost] = []
    /// Whether to listen beyond loopback even if clients need no token, or without TLS.
    public var insecureListen = false
    /// Whether to start with a libmicrohttpd that a single request can crash, 1.0.0 to 1.0.6.
    public var allowUnsafeLibrary = false

    /// The defaults.
    public init() {}

    /// The fault of a text that cannot be the name of an instance, as a phrase; nil if it can.
    public static func faultOfInstance(_ text: String) -> String? {
        let isName = 1...63 ~= text.utf8.count && text.utf8.allSatisfy(\.isNameCharacter)
        return isName ? nil : "is not 1 to 63 of a-z, 0-9 and hyphen"
    }

    mutating func read(from reader: inout SettingsReader) {
        reader.integer("server.threads", 0...64, &threads)
        reader.integer("server.connectionLimit", 64...65_536, &connectionLimit)
        reader.integer("server.connectionsPerAddressLimit", 1...65_536, &connectionsPerAddressLimit)
        reader.integer("server.requestTimeoutMs", 1...60_000, &requestTimeoutMs)
        reader.integer("server.idleTimeoutMs", 1...60_000, &idleTimeoutMs)
        reader.integer("server.shutdownDelayMs", 0...60_000, &shutdownDelayMs)
        reader.integer("server.shutdownTimeoutMs", 1...60_000, &shutdownTimeoutMs)
        reader.flag("server.insecureListen", &insecureListen)
        reader.flag("server.allowUnsafeLibrary", &allowUnsafeLibrary)
        let hosts = reader.texts("server.allowedHosts") {
            AllowedHost($0) == nil ? "is not HOST or HOST:PORT" : nil
        }
        allowedHosts = hosts.compactMap { AllowedHost($0) }
        instance = reader.read("server.instance") { given throws(SettingsFault) in try given.instanceName() }
        let mode = reader.read("server.socketMode") { given throws(SettingsFault) in try given.fileMode() }
        socketMode = mode ?? socketMode
        let target = reader.read("server.listen") { given throws(SettingsFault) in
            let text = try given.text()
            guard let target = ListenTarget(text) else {
                throw given.fault(
                    "\(given.quoted(text)) is not HOST:PORT with a numeric address or localhost, unix:PATH or systemd"
                        + (ListenAddress.meant(by: text, defaultPort: 8080).map { "; write \($0)" } ?? ""))
            }
            return target
        }
        listen = target ?? listen
    }

    /// Records a fault if the service would listen beyond loopback without `tokens` or `tls`, unless that is intended.
    func checkListen(hasTokens tokens: Bool, hasTLS tls: Bool, in reader: inout SettingsReader) {
        guard listen.isBeyondLoopback, let fault = insecurity(hasTokens: tokens, hasTLS: tls),
            let given = reader.given("server.listen").first
        else { return }
        reader.add(given.fault("\(listen) \(fault)"))
    }

    /// The fault of listening beyond loopback, as a phrase; nil if there is none, or if it is intended.
    public func insecurity(hasTokens tokens: Bool, hasTLS tls: Bool) -> String? {
        let missing = [tokens ? nil : "tokens (auth.tokensFile)", tls ? nil : "TLS (tls.certificateFile, tls.keyFile)"]
            .compactMap(\.self)
        guard !insecureListen, !missing.isEmpty else { return nil }
        return "is beyond loopback, which requires \(missing.joined(separator: " and ")); "
            + "set server.insecureListen (--insecure-listen) to listen without"
    }
}

extension SettingsValue {
    fileprivate func instanceName() throws(SettingsFault) -> String {
        let text = try text()
        if let detail = ServerSettings.faultOfInstance(text) { throw fault("\(quoted(text)) \(detail)") }
        return text
    }

    fileprivate func fileMode() throws(SettingsFault) -> FileMode {
        let text = try text()
        guard let mode = FileMode(text) else { throw fault("\(quoted(text)) is not an octal mode, 0000 to 0777") }
        return mode
    }
}
