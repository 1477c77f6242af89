import Driver
import NotificationAPI

extension DriverLimits {
    /// Reads the keys of the groups `limits`, `messages`, `history` and `decisions` that limit one host.
    mutating func read(from reader: inout SettingsReader) {
        reader.integer("limits.processesPerHost", 1...10_000_000, &processes)
        reader.integer("limits.threadsPerHost", 1...10_000_000, &threads)
        reader.integer("limits.streamContextsPerHost", 1...10_000_000, &streamContexts)
        reader.integer("limits.driversPerHost", 1...10_000_000, &drivers)
        reader.integer("limits.textBytesPerHost", 1 << 20...1 << 40, &textBytes)
        reader.integer("limits.queueBytesPerHost", 1 << 20...1 << 40, &queueBytes)
        reader.integer("messages.capacity", 1...1_000_000, &journalCapacity)
        reader.integer("messages.capacityBytes", 1 << 20...1 << 40, &journalBytes)
        reader.integer("history.bucketMs", 50...60_000, &historyBucketMilliseconds)
        reader.integer("history.buckets", 0...100_000, &historyBuckets)
        reader.integer("decisions.capacity", 0...1_000_000, &decisions)
    }
}

extension NotificationAPI.Limits {
    /// Reads the keys that limit the whole service.
    mutating func read(from reader: inout SettingsReader) {
        reader.integer("hosts.limit", 1...65_536, &hosts)
        reader.integer("server.bodyLimitBytes", 1024...(1 << 30), &bodyBytes)
        reader.integer("limits.answerBytes", 16 << 20...16 << 30, &answerBytes)
        reader.integer("limits.historyBytes", 1 << 20...1 << 40, &historyBytes)
        reader.integer("limits.uploads", 1...65_536, &uploads)
        reader.integer("limits.strictBodyBytes", 1024...(1 << 30), &strictBodyBytes)
        reader.integer("messages.streamLimit", 1...65_536, &messageStreams)
        reader.milliseconds("messages.heartbeatMs", 1...60_000, &streamHeartbeat)
    }
}

extension MetricsOptions {
    /// Reads the group `metrics`.
    mutating func read(from reader: inout SettingsReader) {
        reader.choice("metrics.hosts", &hosts)
        reader.integer("metrics.hostLimit", 1...10_000, &hostLimit)
        reader.flag("metrics.requireToken", &requiresToken)
    }
}
