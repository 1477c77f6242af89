public import Driver
public import NotificationAPI
public import WebhookEngine

/// All settings, decoded once at start. `load` creates a value from its sources; `init()` gives the defaults.
public struct Settings: Hashable, Sendable {
    /// How the HTTP server listens and what it allows a client.
    public var server = ServerSettings()
    /// Access to the API.
    public var auth = AuthSettings()
    /// The certificate for TLS.
    public var tls = TLSSettings()
    /// Seconds after which an unused host is removed, 0...31536000; 0 means never.
    public var hostIdleTimeoutSeconds = 0
    /// The configuration of a new host's driver.
    public var driver = DriverConfig()
    /// The limits of a host.
    public var driverLimits = DriverLimits()
    /// The engine of a new host.
    public var engine = EngineSettings()
    /// The maximum number of connections to one webhook, for all hosts, 4...65536; a quarter is reserved for sync and
    /// direct messages.
    public var engineConnections = 512
    /// The addresses that webhooks may go to.
    public var egress = EgressRules()
    /// The rule policies of a new host, in order.
    public var rulePolicies: [RulePolicy] = []
    /// Limits of the whole service.
    public var limits = NotificationAPI.Limits()
    /// The content of `/metrics`, and who may read it.
    public var metrics = MetricsOptions()
    /// The log's level and format.
    public var log = LogSettings()

    /// The defaults.
    public init() {}

    /// Loads the settings. Flags override environment variables, which override the file, which overrides the defaults.
    ///
    /// A value that is overridden is still checked.
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

    /// Every key, in no particular order.
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
