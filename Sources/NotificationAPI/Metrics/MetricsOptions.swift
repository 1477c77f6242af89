/// The options of `GET /metrics`.
public struct MetricsOptions: Hashable, Sendable {
    /// The grouping of the hosts' numbers.
    public enum Hosts: String, CaseIterable, Sendable {
        /// Separate series for each host, with the label `host`.
        case each
        /// Sums over all hosts, including deleted ones.
        case sum
    }

    /// The grouping of the hosts' numbers.
    public var hosts = Hosts.each
    /// The maximum number of hosts with separate series, 1...10,000. More hosts are added up.
    public var hostLimit = 500
    /// Whether a request needs a token, of any role, if the service has tokens.
    public var requiresToken = true

    /// The defaults.
    public init() {}
}
