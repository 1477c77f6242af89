/// Where webhooks may go. Group `egress`.
public struct EgressSettings: Hashable, Sendable {
    /// Whether webhooks may go to this machine, 127.0.0.0/8 and ::1.
    public var allowLoopback = true
    /// Private addresses that they may go to, in CIDR notation.
    public var allowedRanges: [String] = []
    /// Addresses that they may not go to, in CIDR notation.
    public var deniedRanges: [String] = []

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader, by rules: ForeignRules) {
        reader.flag("egress.allowLoopback", &allowLoopback)
        allowedRanges = reader.texts("egress.allowedRanges", by: rules.allowedRangeFault)
        deniedRanges = reader.texts("egress.deniedRanges", by: rules.deniedRangeFault)
    }
}
