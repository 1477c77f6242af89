/// Why a webhook engine cannot be configured.
public enum WebhookEngineError: Error, Hashable, CustomStringConvertible {
    /// Messages cannot be posted to the URL.
    case url(String)
    /// The secret is malformed. The text never contains the secret.
    case secret(String)
    /// A custom header is not allowed or is malformed.
    case header(name: String, String)
    /// Messages cannot be sent in batches.
    case batch(String)
    /// The CA file cannot be read or holds no certificate.
    case caFile(String)
    /// An address range is malformed or cannot be allowed.
    case range(String)
    /// libcurl or the webhook thread cannot be started.
    case library(String)

    /// The fault as a phrase that follows the name of the setting.
    public var detail: String {
        switch self {
        case .url(let detail), .secret(let detail), .header(_, let detail), .batch(let detail), .caFile(let detail),
            .range(let detail), .library(let detail):
            detail
        }
    }

    /// The fault as a full message.
    public var description: String {
        switch self {
        case .url(let detail): "engine URL: \(detail)"
        case .secret(let detail): "engine secret: \(detail)"
        case .header(let name, let detail): "engine header \(name): \(detail)"
        case .batch(let detail): "engine batch: \(detail)"
        case .caFile(let detail): "engine CA file: \(detail)"
        case .range(let detail), .library(let detail): detail
        }
    }
}
