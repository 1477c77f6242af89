import ArgumentParser
import Logging
import Settings

/// `wdfilterd serve`.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the service.",
        discussion: """
            Once it accepts connections it prints one line: `wdfilterd listening on http://127.0.0.1:8080`. SIGINT and \
            SIGTERM stop it: requests under way are finished, and the last line of the log says what became of all messages. \
            Another one within a second is taken for the same; a later one ends it at once, after that line. SIGHUP has it \
            read tokens and certificate again, unless it is stopping.

            Settings: a flag goes before the environment (WDFILTERD_LISTEN, WDFILTERD_DRIVER_ASYNC_TIMEOUT_MS, ...), \
            that before the file, and that before the default.

            Examples:
              wdfilterd serve
              wdfilterd serve --listen 127.0.0.1:0 --port-file port
              wdfilterd serve --config Config/wdfilterd.yaml --log-level debug
              wdfilterd serve --engine-url http://127.0.0.1:9000/ --engine-secret-file engine.secret
            """)

    @Option(help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(
        help:
            "Where to listen: HOST:PORT with a numeric address (port 0 takes a free one), unix:PATH, or systemd for the socket that it passes."
    )
    var listen: String?

    @Option(help: "The file that gets the TCP port, as one line, once connections are accepted.", completion: .file())
    var portFile: String?

    @Option(help: "The engine of new hosts is the webhook at this URL.")
    var engineURL: String?

    @Option(
        help: "The file that holds the secret (whsec_...) the webhook's messages are signed with.", completion: .file())
    var engineSecretFile: String?

    @Flag(help: "Listen beyond loopback without tokens or without TLS.")
    var insecureListen = false

    @OptionGroup var log: LogOptions

    /// The settings from the flags, `environment` and the file.
    func settings(environment: [String: String]) throws(CommandFailure) -> Settings {
        try CommandFailure.reportingFaults { () throws(InvalidSettings) in
            var file: SettingsFile?
            if let config { file = try SettingsFile(path: config) }
            return try Settings.load(file: file, environment: environment, flags: flags)
        }
    }

    /// The flags as settings.
    var flags: [SettingsFlag] {
        var flags: [SettingsFlag] = []
        if let listen { flags.append(SettingsFlag("--listen", key: "server.listen", value: listen)) }
        if let engineURL {
            flags.append(SettingsFlag("--engine-url", key: "engine.type", value: "webhook"))
            flags.append(SettingsFlag("--engine-url", key: "engine.url", value: engineURL))
        }
        if let engineSecretFile {
            flags.append(SettingsFlag("--engine-secret-file", key: "engine.secretFile", value: engineSecretFile))
        }
        if insecureListen {
            flags.append(SettingsFlag("--insecure-listen", key: "server.insecureListen", value: "true"))
        }
        if let level = log.logLevel {
            flags.append(SettingsFlag("--log-level", key: "log.level", value: level.rawValue))
        }
        return flags
    }
}
