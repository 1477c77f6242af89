import Bytes

/// The host that an event comes from, identified by its creation.
public struct EventOrigin: Hashable, Sendable {
    /// The host's name.
    public let host: String
    /// Distinguishes hosts that had the same name one after the other.
    public let random: String
    /// The path of the host in the API.
    let path: String
    /// The beginning of the ids of its events.
    let idPrefix: String

    /// An origin with a known `random`.
    public init(host: String, random: String) {
        self.host = host
        self.random = random
        path = "/v1/hosts/\(host)"
        idPrefix = "\(host)-\(random)-"
    }

    /// An origin for a host that is being created: 64 random bits, 16 hex digits (FLT-6).
    public init(host: String) {
        self.init(host: host, random: UInt64.random(in: 0...UInt64.max).hexDigits(16))
    }
}
