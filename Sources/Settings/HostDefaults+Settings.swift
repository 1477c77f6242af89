import Driver
public import NotificationAPI
import Runtime
import WebhookEngine

/// A setting that names something that cannot be used, such as a file.
public struct UnusableSetting: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path of the key, `engine.caFile`.
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
        defaults.engine = try engine.setting()
        defaults.rulePolicies = rulePolicies
        return defaults
    }
}

extension EngineSettings {
    fileprivate func setting() throws(UnusableSetting) -> EngineSetting {
        switch self {
        case .none: return .none
        case .embedded(let behavior): return .embedded(behavior)
        case .webhook(let settings): return .webhook(try settings.configuration())
        }
    }
}

extension WebhookEngineSettings {
    private func secret() throws(UnusableSetting) -> WebhookSecret? {
        guard let secretFile else { return nil }
        let text: Secret
        do throws(Secret.Unreadable) {
            text = try Secret(path: secretFile)
        } catch {
            throw UnusableSetting(key: "engine.secretFile", detail: "\(error)")
        }
        do throws(WebhookEngineError) {
            return try WebhookSecret(text.reveal())
        } catch {
            throw UnusableSetting(key: "engine.secretFile", detail: "\(secretFile): \(error.detail)")
        }
    }

    private func certificates() throws(UnusableSetting) -> CertificateFile? {
        guard let caFile else { return nil }
        do throws(WebhookEngineError) {
            let file = try CertificateFile(path: caFile)
            try file.read()
            return file
        } catch {
            throw UnusableSetting(key: "engine.caFile", detail: "\(caFile): \(error.detail)")
        }
    }

    fileprivate func configuration() throws(UnusableSetting) -> WebhookConfiguration {
        let secret = try secret()
        let caFile = try certificates()
        do throws(WebhookEngineError) {
            return try WebhookConfiguration(
                url: url, secret: secret, headers: headers.mapValues { $0.reveal() }, caFile: caFile,
                encoding: encoding)
        } catch {
            throw UnusableSetting(key: "engine", detail: "\(error)")
        }
    }
}
