/// What `/metrics` reports, and to whom. Group `metrics`.
public struct MetricsSettings: Hashable, Sendable {
    /// How the numbers of hosts are reported.
    public enum Hosts: String, CaseIterable, Sendable {
        /// Each host has series of its own.
        case each
        /// All hosts are added up.
        case sum
    }

    /// How the numbers of hosts are reported.
    public var hosts = Hosts.each
    /// With more hosts than that they are added up in any case, 1...10000.
    public var hostLimit = 500
    /// Whether it takes a token of the role `read`, where tokens are asked for.
    public var requireToken = true

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.choice("metrics.hosts", &hosts)
        reader.integer("metrics.hostLimit", 1...10_000, &hostLimit)
        reader.flag("metrics.requireToken", &requireToken)
    }
}
