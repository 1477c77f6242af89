import Engines
import NotificationAPI
public import Runtime
import WebhookEngine

/// The engine of a new host. Group `engine`.
public enum EngineSettings: Hashable, Sendable {
    /// In the service's own process.
    case embedded(EmbeddedEngine.Behavior)
    /// Behind a URL.
    case webhook(WebhookEngineSettings)
    /// No engine is connected.
    case none

    /// The embedded engine, which acknowledges.
    public init() { self = .embedded(EmbeddedEngine.Behavior()) }

    /// The type and, for a webhook, its URL without path and query, which may be secret.
    public var summary: String {
        switch self {
        case .embedded: "embedded"
        case .webhook(let webhook): "webhook \(URLRules.redacted(webhook.url))"
        case .none: "none"
        }
    }

    /// The values of `engine.type`.
    enum Kind: String, CaseIterable {
        case embedded, webhook, none
    }

    mutating func read(from reader: inout SettingsReader) {
        var kind = Kind.embedded
        reader.choice("engine.type", &kind)
        // Read all members whatever the type is, so that each of them is known and checked.
        let embedded = EmbeddedEngine.Behavior(from: &reader)
        let webhook = WebhookEngineSettings(from: &reader, isUsed: kind == .webhook)
        refuseForeign(EmbeddedEngine.Behavior.keys, of: .embedded, besides: kind, in: &reader)
        refuseForeign(WebhookEngineSettings.keys, of: .webhook, besides: kind, in: &reader)
        switch kind {
        case .embedded: self = .embedded(embedded)
        case .webhook: if let webhook { self = .webhook(webhook) }
        case .none: self = .none
        }
    }

    /// A member requires its engine's type: the `chosen` one, or the one given by the same source or one of lower precedence. If
    /// a flag changes the type, the members in the file are unused, not wrong.
    private func refuseForeign(
        _ keys: [String], of kind: Kind, besides chosen: Kind, in reader: inout SettingsReader
    ) {
        for given in keys.flatMap({ reader.given($0) }) where kind != chosen {
            let type = reader.text("engine.type", seenFrom: given).map(Kind.init) ?? .embedded
            if let type, type != kind {
                reader.add(given.faultOfUse(EngineSettings.fault(of: given, requiring: kind)))
            }
        }
    }

    private static func fault(of given: SettingsValue, requiring kind: Kind) -> String {
        switch given.origin {
        case .flag where kind == .webhook: "requires a webhook; give --engine-url too"
        default: "requires engine.type \(kind.rawValue)"
        }
    }
}

extension EmbeddedEngine.Behavior {
    fileprivate static let keys = ["engine.reply", "engine.delayMs", "engine.failEvery", "engine.replies"]

    fileprivate init(from reader: inout SettingsReader) {
        self.init()
        reader.choice("engine.reply", &reply)
        reader.milliseconds("engine.delayMs", ReplyEntry.delayMilliseconds, &delay)
        reader.integer("engine.failEvery", 0...Int(ReplyEntry.failEveryValues.upperBound), &failEvery)
        for given in reader.given("engine.replies").reversed() {
            do throws(SettingsFault) {
                replies = try given.list({ ReplyEntry.list($0) }, &reader)
                if let excess = ReplyEntry.excess(of: replies) { throw given.fault(excess) }
            } catch {
                reader.add(error)
            }
        }
    }
}
