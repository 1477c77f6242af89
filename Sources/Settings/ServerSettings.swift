/// How the HTTP server listens and what it allows a client. Group `server`.
public struct ServerSettings: Hashable, Sendable {
    /// Where to listen.
    public var listen = ListenAddress(port: 8080)
    /// Threads that serve requests, 0...64; 0 is one a core, at least 2 and at most 4.
    public var threads = 0
    /// Most connections at a time, 64...65536.
    public var connectionLimit = 4096
    /// Most connections at a time from one address, 1...65536.
    public var connectionsPerAddressLimit = 4096
    /// Most bytes of a request's body, 1024...1073741824. Bodies that are streamed have no limit.
    public var bodyLimitBytes = 1 << 20
    /// How long a request may take to arrive, in milliseconds, 1...60000.
    public var requestTimeoutMs = 30_000
    /// How long a connection may be idle, in milliseconds, 1...60000.
    public var idleTimeoutMs = 60_000
    /// How long running requests may take when the service stops, in milliseconds, 1...60000.
    public var shutdownTimeoutMs = 10_000
    /// Whether to listen beyond loopback although nothing asks clients who they are.
    public var insecureListen = false

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.integer("server.threads", 0...64, &threads)
        reader.integer("server.connectionLimit", 64...65_536, &connectionLimit)
        reader.integer("server.connectionsPerAddressLimit", 1...65_536, &connectionsPerAddressLimit)
        reader.integer("server.bodyLimitBytes", 1024...(1 << 30), &bodyLimitBytes)
        reader.integer("server.requestTimeoutMs", 1...60_000, &requestTimeoutMs)
        reader.integer("server.idleTimeoutMs", 1...60_000, &idleTimeoutMs)
        reader.integer("server.shutdownTimeoutMs", 1...60_000, &shutdownTimeoutMs)
        reader.flag("server.insecureListen", &insecureListen)
        readListen(from: &reader)
    }

    /// After `insecureListen`, which decides whether an address beyond loopback may be.
    private mutating func readListen(from reader: inout SettingsReader) {
        let given = reader.read("server.listen") { given throws(SettingsFault) in
            let text = try given.text()
            guard let address = ListenAddress(text) else {
                throw given.fault("\(given.quoted(text)) is not HOST:PORT with a numeric address")
            }
            return (address, given)
        }
        guard let (address, value) = given else { return }
        listen = address
        if !address.isLoopback && !insecureListen {
            reader.add(
                value.fault(
                    "\(address) is beyond loopback and clients are not authenticated: "
                        + "set server.insecureListen (--insecure-listen) if that is meant"))
        }
    }
}
