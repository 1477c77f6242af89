import Bytes

/// The host that an event comes from, identified by its creation.
///
/// A class, because each event refers to it.
public final class EventOrigin: Sendable {
    /// The host's name.
    public let host: String
    /// Distinguishes hosts that had the same name one after the other.
    public let random: String
    /// The path of the host in the API.
    let path: String
    /// The beginning of the ids of its events.
    private let idPrefix: String

    /// An origin with a known `random`.
    public init(host: String, random: String) {
        self.host = host
        self.random = random
        path = "/v1/hosts/\(host)"
        idPrefix = "\(host)-\(random)-"
    }

    /// An origin for a host that is being created: 64 random bits, 16 hex digits (FLT-6).
    public convenience init(host: String) {
        self.init(host: host, random: UInt64.random(in: 0...UInt64.max).hexDigits(16))
    }

    /// The id of its event `name`.
    func id(_ name: String) -> String { idPrefix + name }

    /// The id of the event that reports its message `sequence`.
    func id(_ sequence: UInt64) -> String {
        let prefix = idPrefix.utf8.span
        return String(unsafeUninitializedCapacity: prefix.count + 20) { text in
            prefix.withUnsafeBufferPointer { _ = text.update(fromContentsOf: $0) }
            return prefix.count + sequence.writeDecimal(to: text.extracting(prefix.count...))
        }
    }
}
