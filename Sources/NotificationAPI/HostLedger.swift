public import Driver

/// The message outcomes of one host; final once its driver has been unloaded.
public struct HostLedger: Sendable {
    /// The host's name.
    public let host: String
    /// The counters of its driver.
    public let counters: CountersSnapshot
}

/// The message outcomes of all hosts, existing and deleted.
public struct ServiceLedger: Sendable {
    /// The existing hosts, sorted by name.
    public let hosts: [HostLedger]
    /// The sums of the deleted hosts.
    public let removed: MessageSums

    /// The sums of all hosts, existing and deleted.
    public var sums: MessageSums { hosts.reduce(into: removed) { $0.add($1.counters) } }
}
