/// How many hosts there are and how long one stays. Group `hosts`.
public struct HostSettings: Hashable, Sendable {
    /// Most hosts at a time, `default` among them, 1...65536.
    public var limit = 4096
    /// After how many seconds a host that nobody uses is removed, 0...31536000; 0 is never.
    public var idleTimeoutSeconds = 0

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.integer("hosts.limit", 1...65_536, &limit)
        reader.integer("hosts.idleTimeoutSeconds", 0...31_536_000, &idleTimeoutSeconds)
    }
}
