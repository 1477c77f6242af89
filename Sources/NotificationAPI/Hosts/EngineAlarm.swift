import Bytes

/// Decides when to log that an engine fails and that it works again: at most once each in 30 s, however many messages fail.
struct EngineAlarm {
    /// A line to log.
    enum Line: Equatable {
        /// The engine fails, with the number of failures since the last such line.
        case failing(UInt64)
        /// It works again.
        case working
    }

    /// Time between two lines about failures.
    static let pause = Duration.seconds(30)

    private var failures: UInt64 = 0
    private var lastLine: Monotonic?
    private var isAnnounced = false

    /// Records a failure at `now`.
    mutating func fail(at now: Monotonic) -> Line? {
        failures += 1
        if let lastLine, now - lastLine < EngineAlarm.pause { return nil }
        defer { failures = 0 }
        lastLine = now
        isAnnounced = true
        return .failing(failures)
    }

    /// Records a success.
    mutating func succeed() -> Line? {
        guard isAnnounced else { return nil }
        isAnnounced = false
        return .working
    }
}
