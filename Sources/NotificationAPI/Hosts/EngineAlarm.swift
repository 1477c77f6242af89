import Bytes

/// Decides when to log that an engine fails, and when that it works again.
///
/// While it fails, there is a line every 30 s. If it fails and works by turns, there are at most three lines of each kind in
/// 30 s, and the last one says that it fails.
struct EngineAlarm {
    /// A line to log.
    enum Line: Equatable {
        /// The engine fails, with the number of failures since the line before.
        case failing(UInt64)
        /// It works again, with the number of failures since the line before.
        case working(UInt64)
    }

    /// Time between two lines about failures that go on.
    static let pause = Duration.seconds(30)
    /// Lines about failures within that time after which a success is not reported.
    static let mostLines = 3

    private var failures: UInt64 = 0
    /// When the latest lines about failures were logged.
    private var lines: [Monotonic] = []
    /// Whether the latest line says that the engine fails.
    private var isAnnounced = false

    /// Records `count` failures at `now`.
    mutating func fail(_ count: Int = 1, at now: Monotonic) -> Line? {
        failures += UInt64(count)
        if isAnnounced, let last = lines.last, now - last < EngineAlarm.pause { return nil }
        forget(before: now)
        lines.append(now)
        isAnnounced = true
        return .failing(takeFailures())
    }

    /// Records a success at `now`.
    mutating func succeed(at now: @autoclosure () -> Monotonic) -> Line? {
        guard isAnnounced else { return nil }
        forget(before: now())
        guard lines.count < EngineAlarm.mostLines else { return nil }
        isAnnounced = false
        return .working(takeFailures())
    }

    private mutating func takeFailures() -> UInt64 {
        defer { failures = 0 }
        return failures
    }

    private mutating func forget(before now: Monotonic) { lines.removeAll { now - $0 >= EngineAlarm.pause } }
}
