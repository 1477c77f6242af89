/// What `GET /metrics` reports, and to whom.
public struct MetricsOptions: Hashable, Sendable {
    /// How the numbers of hosts are reported.
    public enum Hosts: String, CaseIterable, Sendable {
        /// Each host has series of its own, with the label `host`.
        case each
        /// All hosts are added up, those that were removed too.
        case sum
    }

    /// How the numbers of hosts are reported.
    public var hosts = Hosts.each
    /// With more hosts than that, 1...10,000, they are added up in any case.
    public var hostLimit = 500
    /// Whether it takes a token of the role `read`, where the service asks for tokens at all.
    public var requiresToken = true

    /// The defaults.
    public init() {}
}
