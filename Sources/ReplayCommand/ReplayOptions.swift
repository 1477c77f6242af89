import ArgumentParser
import Bytes
import Console
import Runtime
import Settings

/// The engine of a replay in this process.
struct ReplayEngineOptions: ParsableArguments {
    @Option(
        name: .customLong("engine-url"), help: "Send the messages to this webhook instead of the embedded engine.")
    var url: String?

    @Option(
        name: .customLong("engine-secret-file"),
        help: "The file with the secret (whsec_...) that signs the messages to the webhook.", completion: .file())
    var secretFile: String?

    @Option(name: .customLong("engine-reply"), help: "How the embedded engine answers. (default: acknowledge)")
    var reply: EmbeddedEngine.Reply?

    @Option(
        name: .customLong("engine-latency"),
        help: "How long the embedded engine takes to answer, 0ms to 60s. (default: 0ms)",
        transform: ShortDuration.init)
    var latency: ShortDuration?

    @Option(
        name: .customLong("engine-fail-every"),
        help: "Make every Nth send to the embedded engine fail, 0 to 1000000; 0 for none. (default: 0)",
        transform: WholeNumber.parser(0...1_000_000))
    var failEvery: UInt32?

    @Option(
        name: .customLong("engine-replies"),
        help:
            "A YAML or JSON file with a list of answers of the embedded engine to some messages, as in engine.replies.",
        completion: .file())
    var replies: String?

    @Option(
        help: "A configuration file: its driver, engine, rulePolicies, limits and egress are used.",
        completion: .file())
    var config: String?

    @Option(help: "How many messages the queue of a host holds; driver.maxAsyncNotificationCount. (default: 4096)")
    var queueLimit: String?

    @Option(
        help: "How many messages of high priority are taken in a row; driver.asyncStarvationLimit. (default: 8)")
    var starvationLimit: String?

    @Option(
        help: ArgumentHelp(
            "Set a setting of the driver; it takes precedence over --config. May be given several times.",
            valueName: "driver.NAME=VALUE"),
        transform: DriverAssignment.init)
    var set: [DriverAssignment] = []

    static let queueLimitKey = "driver.maxAsyncNotificationCount"

    /// Whether `--set` sets what `--queue-limit` sets.
    var setsQueueLimit: Bool { self.set.contains { $0.key == Self.queueLimitKey } }

    func check() throws(ValidationError) {
        if queueLimit != nil, setsQueueLimit {
            throw ValidationError("--queue-limit cannot be combined with --set \(Self.queueLimitKey)")
        }
        if url != nil, hasEmbeddedOptions {
            throw ValidationError("--engine-url cannot be combined with options of the embedded engine")
        }
    }

    /// Whether an option of the driver was given.
    private var hasDriverOptions: Bool { queueLimit != nil || starvationLimit != nil || !set.isEmpty }

    /// Whether an option of the embedded engine was given.
    private var hasEmbeddedOptions: Bool { reply != nil || latency != nil || failEvery != nil || replies != nil }

    /// The options as settings, which take precedence over those of the configuration file.
    func settings() throws(InvalidSettings) -> [SettingsFlag] {
        var flags: [SettingsFlag] = []
        func add(_ option: String, _ key: String, _ value: String?) {
            if let value { flags.append(SettingsFlag(option, key: key, value: value)) }
        }
        for setting in set { add("--set \(setting.key)", setting.key, setting.value) }
        add("--queue-limit", Self.queueLimitKey, queueLimit)
        add("--starvation-limit", "driver.asyncStarvationLimit", starvationLimit)
        add("--engine-url", "engine.type", url.map { _ in "webhook" })
        add("--engine-url", "engine.url", url)
        add("--engine-secret-file", "engine.secretFile", secretFile)
        add("--engine-reply", "engine.reply", reply?.rawValue)
        add("--engine-latency", "engine.delayMs", latency.map { "\($0.milliseconds)" })
        add("--engine-fail-every", "engine.failEvery", failEvery.map { "\($0)" })
        if let replies {
            flags.append(SettingsFlag("--engine-replies", key: "engine.replies", file: try SettingsFile(path: replies)))
        }
        return flags
    }

    func refuseWithServer() throws(ValidationError) {
        if hasDriverOptions {
            throw ValidationError(
                "--server uses the service's drivers: PATCH /v1/hosts/{host}/config, then use --like")
        }
        if url != nil || secretFile != nil || config != nil || hasEmbeddedOptions {
            throw ValidationError("--server uses the service's engines: PUT /v1/hosts/{host}/engine, then use --like")
        }
    }
}

/// The service that events are sent to.
struct ReplayServerOptions: ParsableArguments {
    @Option(
        name: .customLong("server"),
        help:
            "The service whose hosts get the events: http or https with a numeric address or localhost and a port, or unix:PATH."
    )
    var url: String?

    @Option(
        help: "The file with the token, whose role must be drive, or admin for --rules and --policy.",
        completion: .file())
    var tokenFile: String?

    @Option(
        help: "The instance that gets all hosts, if several stand behind a proxy.",
        transform: ReplayServerOptions.instanceName)
    var instance: String?

    @Option(help: "Give new hosts the configuration, engine and rules of this host.")
    var like: String?

    @Flag(help: "Replace hosts that exist, so that a second replay is like the first; requires the role admin.")
    var fresh = false

    @OptionGroup var target: ServiceTargetOptions

    func refuseWithoutURL() throws(ValidationError) {
        if fresh { throw ValidationError("--fresh requires --server: a replay in this process has new hosts") }
        if tokenFile != nil || instance != nil || like != nil || target.areGiven {
            throw ValidationError("--token-file, --instance, --like, --ca-file and --insecure require --server")
        }
    }

    private static func instanceName(_ text: String) throws -> String {
        if let detail = ServerSettings.faultOfInstance(text) { throw ValidationError("\(text.quoted()) \(detail)") }
        return text
    }
}
