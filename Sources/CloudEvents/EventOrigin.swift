/// Which creation of which host an event comes from.
public struct EventOrigin: Hashable, Sendable {
    /// The host's name.
    public var host: String
    /// Tells hosts apart that had the same name one after the other.
    public var random: String

    /// An origin with a `random` that is known already.
    public init(host: String, random: String) {
        self.host = host
        self.random = random
    }

    /// An origin for a host that is being created: six random hex digits.
    public init(host: String) {
        let digits = String(UInt32.random(in: 0..<1 << 24), radix: 16)
        self.init(host: host, random: String(repeating: "0", count: 6 - digits.count) + digits)
    }
}
