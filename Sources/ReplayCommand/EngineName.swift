import Bytes
import Engines
import Replay
import Runtime
import WebhookEngine

/// Names an engine in the answer of a replay.
enum EngineName {
    /// `Your engine at 1.2 s`.
    static func of(_ setting: EngineSetting) -> String {
        switch setting {
        case .none: "Without an engine"
        case .embedded(let behavior): name(of: behavior)
        case .webhook(let configuration): "Your engine at \(origin(of: configuration.url))"
        }
    }

    private static func name(of behavior: EmbeddedEngine.Behavior) -> String {
        if behavior == EmbeddedEngine.Behavior() { return "An engine that answers at once" }
        let reply = behavior.reply == .acknowledge ? "" : ", reply \(behavior.reply.rawValue)"
        let failures = behavior.failEvery == 0 ? "" : ", failing every \(behavior.failEvery)"
        return "Your engine at \(DelayText.of(UInt64(behavior.delay.nanoseconds / 1000)))\(reply)\(failures)"
    }

    /// Scheme, host and port: the rest of a URL may be a secret.
    private static func origin(of url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        let host = parts.count > 2 ? parts[2].prefix { $0 != "?" && $0 != "#" } : ""
        return "\(parts[0])//\(host)"
    }
}
