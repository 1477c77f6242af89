import Messages

/// How far a replay that keeps the pace of its recording has come.
struct Pace: Sendable {
    /// How many events wait for others of their processes, and how many are under way, at most; then reading has to wait.
    static let maxUnderWay = 10_000

    /// Whether there is a pace at all.
    let isKept: Bool
    private var reached: FileTime?
    private var awaited: FileTime?

    init(isKept: Bool) { self.isKept = isKept }

    /// What to do before an event of `time` begins; nil when it may. One without a time, or one that is late in the
    /// recording, comes right after those before it.
    mutating func step(before time: FileTime?) -> EventSequence.Step? {
        guard let time else { return nil }
        if let reached, time <= reached { return nil }
        if awaited == time { return .pending }
        awaited = time
        return .awaitTime(time)
    }

    /// It is as late as `time` in the recording.
    mutating func reach(_ time: FileTime) {
        reached = max(time, reached ?? time)
        awaited = nil
    }
}
