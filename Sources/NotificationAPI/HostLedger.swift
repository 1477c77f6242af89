public import Driver

/// What became of a host's messages, when its driver has been unloaded.
public struct HostLedger: Sendable {
    /// The host's name.
    public let host: String
    /// Its counters.
    public let counters: CountersSnapshot
}

/// What became of all messages.
public struct ServiceLedger: Sendable {
    /// The hosts, by name.
    public let hosts: [HostLedger]
    /// Of the hosts that were removed before.
    public let removed: MessageSums

    /// Of all hosts there are and were.
    public var sums: MessageSums { hosts.reduce(into: removed) { $0.add($1.counters) } }
}
