/// What the journal keeps, and who may follow it. Group `messages`.
public struct MessageSettings: Hashable, Sendable {
    /// How many messages a host's journal keeps, 1...1000000.
    public var capacity = 10_000
    /// How many bytes of messages it keeps, 1048576...1099511627776.
    public var capacityBytes = 64 << 20
    /// Most live streams at a time, of all hosts together, 1...65536.
    public var streamLimit = 1024
    /// After how many milliseconds a silent live stream says that it is alive, 1...60000.
    public var heartbeatMs = 15_000

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.integer("messages.capacity", 1...1_000_000, &capacity)
        reader.integer("messages.capacityBytes", 1 << 20...1 << 40, &capacityBytes)
        reader.integer("messages.streamLimit", 1...65_536, &streamLimit)
        reader.integer("messages.heartbeatMs", 1...60_000, &heartbeatMs)
    }
}

/// What one host may hold, and how many uploads there may be; more is refused. Group `limits`.
public struct LimitSettings: Hashable, Sendable {
    /// Most processes, 1...10000000.
    public var processesPerHost = 100_000
    /// Most threads, those of all processes together, 1...10000000.
    public var threadsPerHost = 1_000_000
    /// Most stream contexts, 1...10000000.
    public var streamContextsPerHost = 65_536
    /// Most entries of the loaded-drivers list, 1...10000000.
    public var driversPerHost = 65_536
    /// Most bytes of names and command lines together, 1048576...1099511627776.
    public var textBytesPerHost = 256 << 20
    /// Most bytes of queued messages, 1048576...1099511627776; more drops the oldest, as a full queue does.
    public var queueBytesPerHost = 64 << 20
    /// Most bytes of answers that clients have not read, 16777216...17179869184.
    public var answerBytes = 256 << 20
    /// Most uploads of events at a time, to all hosts together, 1...65536.
    public var uploads = 256

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.integer("limits.processesPerHost", 1...10_000_000, &processesPerHost)
        reader.integer("limits.threadsPerHost", 1...10_000_000, &threadsPerHost)
        reader.integer("limits.streamContextsPerHost", 1...10_000_000, &streamContextsPerHost)
        reader.integer("limits.driversPerHost", 1...10_000_000, &driversPerHost)
        reader.integer("limits.textBytesPerHost", 1 << 20...1 << 40, &textBytesPerHost)
        reader.integer("limits.queueBytesPerHost", 1 << 20...1 << 40, &queueBytesPerHost)
        reader.integer("limits.answerBytes", 16 << 20...16 << 30, &answerBytes)
        reader.integer("limits.uploads", 1...65_536, &uploads)
    }
}
