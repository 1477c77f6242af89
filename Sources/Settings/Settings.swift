public import Driver
public import NotificationAPI
public import WebhookEngine

/// Everything that can be set, decoded once at start. A value of its own is made by `load`; `init()` gives the defaults.
public struct Settings: Hashable, Sendable {
    /// How the HTTP server listens and what it allows a client.
    public var server = ServerSettings()
    /// Who may call.
    public var auth = AuthSettings()
    /// With which certificate TLS is served.
    public var tls = TLSSettings()
    /// Seconds after which a host that nobody uses is removed, 0...31536000; 0 is never.
    public var hostIdleTimeoutSeconds = 0
    /// The configuration of a new host's driver.
    public var driver = DriverConfig()
    /// How much a host may keep.
    public var driverLimits = DriverLimits()
    /// The engine of a new host.
    public var engine = EngineSettings()
    /// Most connections to one webhook, of all hosts, 4...65536; a quarter is kept for sync and direct messages.
    public var engineConnections = 512
    /// Where webhooks may go.
    public var egress = EgressRules()
    /// The rule policies of a new host, in order.
    public var rulePolicies: [RulePolicy] = []
    /// Limits of the whole service.
    public var limits = NotificationAPI.Limits()
    /// What `/metrics` reports, and to whom.
    public var metrics = MetricsOptions()
    /// What is logged, and how.
    public var log = LogSettings()

    /// The defaults.
    public init() {}

    /// Settings from a flag, else from the environment, else from the file, else the default.
    ///
    /// A value that a stronger one overrides is checked all the same.
    ///
    /// - Throws: every fault at once.
    public static func load(
        file: SettingsFile?, environment: [String: String], flags: [SettingsFlag] = []
    ) throws(InvalidSettings) -> Settings {
        var reader = SettingsReader(file: file, environment: environment, flags: flags)
        let settings = Settings(from: &reader)
        let faults = reader.allFaults()
        guard faults.isEmpty else { throw InvalidSettings(faults) }
        return settings
    }

    /// Every key, in no order.
    package static var keys: Set<String> {
        var reader = SettingsReader(file: nil, environment: [:], flags: [])
        _ = Settings(from: &reader)
        return reader.known
    }

    private init(from reader: inout SettingsReader) {
        server.read(from: &reader)
        auth.read(from: &reader)
        tls.read(from: &reader)
        server.checkListen(hasTokens: auth.tokensFile != nil, hasTLS: tls.certificateFile != nil, in: &reader)
        reader.integer("hosts.idleTimeoutSeconds", 0...31_536_000, &hostIdleTimeoutSeconds)
        driver.read(from: &reader)
        driverLimits.read(from: &reader)
        engine.read(from: &reader)
        reader.integer("engine.connections", 4...65_536, &engineConnections)
        egress = EgressRules(from: &reader)
        rulePolicies = RulePolicy.list(from: &reader)
        limits.read(from: &reader)
        metrics.read(from: &reader)
        log.read(from: &reader)
    }
}
