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
    /// Where the settings came from.
    private var sources = SettingsSources()

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

    /// The setting `key` as the user gave it, for messages: a flag, a variable, or the key itself.
    public func name(of key: String) -> String { sources.givenBy[key] ?? key }

    /// The environment variables that have no effect although they have our prefix, with the nearest one that has.
    public var ignoredVariables: [String: String?] { sources.ignoredVariables }

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
        for key in Settings.keysOfFiles {
            switch reader.given(key).first?.origin {
            case .flag(let name), .environment(let name): sources.givenBy[key] = name
            case .file, nil: break
            }
        }
        sources.ignoredVariables = Dictionary(
            uniqueKeysWithValues: reader.ignoredVariables.map { ($0.name, $0.nearest) })
    }

    /// The settings whose values are checked after they were read.
    private static let keysOfFiles = [
        "auth.tokensFile", "tls.certificateFile", "tls.keyFile", "engine.secretFile", "engine.caFile", "engine.url",
    ]
}

/// Where settings came from. It does not count when settings are compared.
private struct SettingsSources: Hashable, Sendable {
    /// The flags and variables that gave a setting, by its key.
    var givenBy: [String: String] = [:]
    var ignoredVariables: [String: String?] = [:]

    static func == (one: SettingsSources, other: SettingsSources) -> Bool { true }

    func hash(into hasher: inout Hasher) {}
}
