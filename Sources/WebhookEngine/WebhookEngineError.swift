/// Why a webhook engine cannot be configured.
public enum WebhookEngineError: Error, Hashable, CustomStringConvertible {
    /// The URL is not one that messages can be posted to.
    case url(String)
    /// The secret is not of the form `whsec_...`. Never holds the secret.
    case secret(String)
    /// A custom header is not allowed, or not well-formed.
    case header(name: String, String)
    /// The CA file is not one, or cannot be read.
    case caFile(String)
    /// A text is not a range of addresses, or not one that can be allowed.
    case range(String)
    /// libcurl or the system refuses to start.
    case library(String)

    /// What is wrong, as a phrase that follows the name of the setting.
    public var detail: String {
        switch self {
        case .url(let detail), .secret(let detail), .header(_, let detail), .caFile(let detail), .range(let detail),
            .library(let detail):
            detail
        }
    }

    /// What is wrong, for people.
    public var description: String {
        switch self {
        case .url(let detail): "engine URL: \(detail)"
        case .secret(let detail): "engine secret: \(detail)"
        case .header(let name, let detail): "engine header \(name): \(detail)"
        case .caFile(let detail): "engine CA file: \(detail)"
        case .range(let detail), .library(let detail): detail
        }
    }
}
