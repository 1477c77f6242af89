/// What the journal keeps. Group `messages`.
public struct MessageSettings: Hashable, Sendable {
    /// How many messages a host's journal keeps, 1...1000000.
    public var capacity = 10_000

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.integer("messages.capacity", 1...1_000_000, &capacity)
    }
}

/// What one host may hold; more is refused. Group `limits`.
public struct LimitSettings: Hashable, Sendable {
    /// Most processes, 1...10000000.
    public var processesPerHost = 100_000
    /// Most threads, those of all processes together, 1...10000000.
    public var threadsPerHost = 1_000_000
    /// Most stream contexts, 1...10000000.
    public var streamContextsPerHost = 65_536
    /// Most entries of the loaded-drivers list, 1...10000000.
    public var driversPerHost = 65_536

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.integer("limits.processesPerHost", 1...10_000_000, &processesPerHost)
        reader.integer("limits.threadsPerHost", 1...10_000_000, &threadsPerHost)
        reader.integer("limits.streamContextsPerHost", 1...10_000_000, &streamContextsPerHost)
        reader.integer("limits.driversPerHost", 1...10_000_000, &driversPerHost)
    }
}
