/// The engine of a new host. Group `engine`.
public enum EngineSettings: Hashable, Sendable {
    /// In the service's own process.
    case embedded(EmbeddedEngineSettings)
    /// Behind a URL.
    case webhook(WebhookEngineSettings)
    /// Nobody is connected.
    case none

    /// The embedded engine, which acknowledges.
    public init() { self = .embedded(EmbeddedEngineSettings()) }

    /// The values of `engine.type`.
    enum Kind: String, CaseIterable {
        case embedded, webhook, none
    }

    mutating func read(from reader: inout SettingsReader, by rules: ForeignRules) {
        var kind = Kind.embedded
        reader.choice("engine.type", &kind)
        // All members are read whatever the type is, so that each is known and checked.
        let embedded = EmbeddedEngineSettings(from: &reader)
        let webhook = WebhookEngineSettings(from: &reader, by: rules, isUsed: kind == .webhook)
        refuseForeign(EmbeddedEngineSettings.keys, of: .embedded, in: &reader)
        refuseForeign(WebhookEngineSettings.keys, of: .webhook, in: &reader)
        switch kind {
        case .embedded: self = .embedded(embedded)
        case .webhook: if let webhook { self = .webhook(webhook) }
        case .none: self = .none
        }
    }

    /// A member needs its engine's type, given in the same place or a weaker one: a flag that changes the type makes
    /// the file's members unused, not wrong.
    private func refuseForeign(_ keys: [String], of kind: Kind, in reader: inout SettingsReader) {
        for given in keys.flatMap({ reader.given($0) }) {
            let type = reader.text("engine.type", seenFrom: given).map(Kind.init) ?? .embedded
            if let type, type != kind {
                reader.add(given.fault("is a member of engine.type \(kind.rawValue) only"))
            }
        }
    }
}

/// How the embedded engine behaves.
public struct EmbeddedEngineSettings: Hashable, Sendable {
    /// What it does with a message that wants an answer.
    public enum Reply: String, CaseIterable, Sendable {
        /// Answers as the driver expects.
        case acknowledge
        /// Answers with another operation type.
        case mismatch
        /// Answers with nothing.
        case empty
        /// Denies the creation of processes.
        case deny
        /// Does not answer in time.
        case timeout
        /// Closes the port.
        case disconnect
    }

    /// What it does with a message that wants an answer.
    public var reply = Reply.acknowledge
    /// How long it takes to answer, in milliseconds, 0...60000.
    public var delayMs = 0
    /// Every how many sends one fails, 0...1000000; 0 is never.
    public var failEvery = 0

    /// The defaults.
    public init() {}

    static let keys = ["engine.reply", "engine.delayMs", "engine.failEvery"]

    init(from reader: inout SettingsReader) {
        reader.choice("engine.reply", &reply)
        reader.integer("engine.delayMs", 0...60_000, &delayMs)
        reader.integer("engine.failEvery", 0...1_000_000, &failEvery)
    }
}
