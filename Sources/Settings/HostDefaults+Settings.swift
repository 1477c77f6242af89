import Driver
public import Engines
public import NotificationAPI
import Runtime
import WebhookEngine

/// A setting that names something that cannot be used, such as a file.
public struct UnusableSetting: Error, Hashable, Sendable, CustomStringConvertible {
    /// The setting as the user gave it: `engine.caFile`, `--engine-secret-file`.
    public let key: String
    /// The description of the fault.
    public let detail: String

    /// `engine.caFile: /etc/ca.pem: does not exist`.
    public var description: String { "\(key): \(detail)" }
}

extension Settings {
    /// The defaults of new hosts.
    ///
    /// Reads the files that the settings of the engine name.
    ///
    /// - Throws: if one of them, or the webhook, cannot be used.
    public func hostDefaults() throws(UnusableSetting) -> HostDefaults {
        var defaults = HostDefaults()
        defaults.config = driver
        defaults.limits = driverLimits
        defaults.engine = try engineSetting()
        defaults.rulePolicies = rulePolicies
        return defaults
    }
}

extension Settings {
    /// The engine of new hosts.
    ///
    /// Reads the files that its settings name.
    ///
    /// - Throws: if one of them, or the webhook, cannot be used.
    public func engineSetting() throws(UnusableSetting) -> EngineSetting {
        switch engine {
        case .none: return .none
        case .embedded(let behavior): return .embedded(behavior)
        case .webhook(let webhook): return .webhook(try configuration(of: webhook))
        }
    }

    private func secret(of webhook: WebhookEngineSettings) throws(UnusableSetting) -> WebhookSecret? {
        guard let secretFile = webhook.secretFile else { return nil }
        let text: Secret
        do throws(Secret.Unreadable) {
            text = try Secret(path: secretFile)
        } catch {
            throw UnusableSetting(key: name(of: "engine.secretFile"), detail: "\(error)")
        }
        do throws(WebhookEngineError) {
            return try WebhookSecret(text.reveal())
        } catch {
            throw UnusableSetting(key: name(of: "engine.secretFile"), detail: "\(secretFile): \(error.detail)")
        }
    }

    private func certificates(of webhook: WebhookEngineSettings) throws(UnusableSetting) -> CertificateFile? {
        guard let caFile = webhook.caFile else { return nil }
        do throws(WebhookEngineError) {
            let file = try CertificateFile(path: caFile)
            try file.read()
            return file
        } catch {
            throw UnusableSetting(key: name(of: "engine.caFile"), detail: "\(caFile): \(error.detail)")
        }
    }

    private func configuration(of webhook: WebhookEngineSettings) throws(UnusableSetting) -> WebhookConfiguration {
        let secret = try secret(of: webhook)
        let caFile = try certificates(of: webhook)
        do throws(WebhookEngineError) {
            return try WebhookConfiguration(
                url: webhook.url, secret: secret, headers: webhook.headers.mapValues { $0.reveal() }, caFile: caFile,
                encoding: webhook.encoding, batch: webhook.batch)
        } catch {
            throw UnusableSetting(key: "engine", detail: "\(error)")
        }
    }
}
