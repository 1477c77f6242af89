import ArgumentParser
import Console
import Logging
import Settings

/// `wdfilterd serve`.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the service.",
        discussion: """
            Once it accepts connections it prints one line: `wdfilterd listening on http://127.0.0.1:8080`. SIGINT and \
            SIGTERM stop it: requests in progress are finished, and the last log line counts the messages by outcome. Another \
            such signal within a second counts as the same one; a later one ends the process at once, after that line. \
            SIGHUP reloads the tokens and the certificate, unless the service is stopping.

            Settings: flags override environment variables (WDFILTERD_LISTEN, WDFILTERD_DRIVER_ASYNC_TIMEOUT_MS, ...), \
            which override the configuration file, which overrides the defaults.

            Examples:
              wdfilterd serve
              wdfilterd serve --listen 127.0.0.1:0 --port-file port
              wdfilterd serve --config Config/wdfilterd.yaml --log-level debug
              wdfilterd serve --engine-url http://127.0.0.1:9000/ \\
                --engine-secret-file engine.secret
            """)

    @Option(help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(
        help:
            "Where to listen: HOST:PORT with a numeric address or localhost (port 0 picks a free port), unix:PATH, or systemd for the socket that systemd passes."
    )
    var listen: String?

    @Option(help: "Write the TCP port to this file, as one line, once connections are accepted.", completion: .file())
    var portFile: String?

    @Option(help: "Use the webhook at this URL as the engine of new hosts.")
    var engineURL: String?

    @Option(
        help: "The file with the secret (whsec_...) that signs the messages to the webhook.", completion: .file())
    var engineSecretFile: String?

    @Flag(help: "Allow listening beyond loopback without tokens or without TLS.")
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
