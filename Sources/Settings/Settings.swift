public import Driver

/// Everything that can be set, decoded once at start. A value of its own is made by `load`; `init()` gives the defaults.
public struct Settings: Hashable, Sendable {
    /// How the HTTP server listens and what it allows a client.
    public var server = ServerSettings()
    /// Who may call.
    public var auth = AuthSettings()
    /// With which certificate TLS is served.
    public var tls = TLSSettings()
    /// How many hosts there are and how long one stays.
    public var hosts = HostSettings()
    /// What the driver of a new host is configured with.
    public var driver = DriverConfig()
    /// The engine of a new host.
    public var engine = EngineSettings()
    /// Most connections to one webhook, of all hosts, 4...65536; a quarter is kept for sync and direct messages.
    public var engineConnections = 512
    /// Where webhooks may go.
    public var egress = EgressSettings()
    /// The rule policies of a new host, in order.
    public var rulePolicies: [RulePolicySettings] = []
    /// What the journal keeps.
    public var messages = MessageSettings()
    /// What one host may hold.
    public var limits = LimitSettings()
    /// What `/metrics` reports, and to whom.
    public var metrics = MetricsSettings()
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
        file: SettingsFile?, environment: [String: String], flags: [SettingsFlag] = [], by rules: ForeignRules
    ) throws(InvalidSettings) -> Settings {
        var reader = SettingsReader(file: file, environment: environment, flags: flags)
        var settings = Settings()
        settings.server.read(from: &reader, by: rules)
        settings.auth.read(from: &reader)
        settings.tls.read(from: &reader)
        settings.server.checkListen(
            hasTokens: settings.auth.tokensFile != nil, hasTLS: settings.tls.certificateFile != nil, in: &reader)
        settings.hosts.read(from: &reader)
        settings.driver.read(from: &reader)
        settings.engine.read(from: &reader, by: rules)
        reader.integer("engine.connections", 4...65_536, &settings.engineConnections)
        settings.egress.read(from: &reader, by: rules)
        settings.rulePolicies = RulePolicySettings.list(from: &reader, by: rules)
        settings.messages.read(from: &reader)
        settings.limits.read(from: &reader)
        settings.metrics.read(from: &reader)
        settings.log.read(from: &reader)
        let faults = reader.allFaults()
        guard faults.isEmpty else { throw InvalidSettings(faults) }
        return settings
    }
}
