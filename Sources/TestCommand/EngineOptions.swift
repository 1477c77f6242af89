public import ArgumentParser
import Bytes
import Console
import Driver
import Settings
public import WebhookEngine

/// The engine under test.
struct EngineOptions: ParsableArguments {
    @Option(
        name: .customLong("engine-url"),
        help: "Test the engine at this URL, in real time: each host whose scenario sets no engine gets it.")
    var url: String?

    @Option(
        name: .customLong("engine-secret-file"), help: "Sign the messages with the secret in this file.",
        completion: .file())
    var secretFile: String?

    @Option(help: "How messages are encoded: json, or binary for the driver's bytes. (default: json)")
    var encoding: WebhookConfiguration.Encoding?

    /// The URL without user information.
    var shownURL: String? { url.map { URLRules.redacted($0) } }

    func check() throws(ValidationError) {
        if url == nil, secretFile != nil || encoding != nil {
            throw ValidationError("--engine-secret-file and --encoding require --engine-url")
        }
    }

    /// The settings that the options stand for.
    func settings(url: String) throws(CommandFailure) -> Settings {
        var flags = [
            SettingsFlag("--engine-url", key: "engine.type", value: "webhook"),
            SettingsFlag("--engine-url", key: "engine.url", value: url),
        ]
        if let secretFile {
            flags.append(SettingsFlag("--engine-secret-file", key: "engine.secretFile", value: secretFile))
        }
        if let encoding {
            flags.append(SettingsFlag("--encoding", key: "engine.encoding", value: encoding.rawValue))
        }
        var settings = try CommandFailure.reportingFaults { () throws(InvalidSettings) in
            try Settings.load(file: nil, environment: [:], flags: flags)
        }
        settings.egress = .withPrivateNetworks
        return settings
    }
}

extension WebhookConfiguration.Encoding: ExpressibleByArgument {}
