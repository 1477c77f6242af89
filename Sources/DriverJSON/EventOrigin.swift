import Bytes

/// The host that an event comes from, identified by its creation.
public struct EventOrigin: Hashable, Sendable {
    /// The host's name.
    public var host: String
    /// Distinguishes hosts that had the same name one after the other.
    public var random: String

    /// An origin with a known `random`.
    public init(host: String, random: String) {
        self.host = host
        self.random = random
    }

    /// An origin for a host that is being created: 64 random bits, 16 hex digits (FLT-6).
    public init(host: String) {
        self.init(host: host, random: UInt64.random(in: 0...UInt64.max).hexDigits(16))
    }
}
