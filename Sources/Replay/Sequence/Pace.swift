import Messages

/// The progress of a replay that keeps the pace of its recording.
struct Pace: Sendable {
    /// The limit of events that wait for others of their processes, and of events in flight. Above it, reading waits.
    static let maxInFlight = 10_000

    /// Whether events are held back.
    let isKept: Bool
    private var reached: FileTime?
    private var awaited: FileTime?

    init(isKept: Bool) { self.isKept = isKept }

    /// The step before an event of `time`; nil if the event may begin. An event without a time, or with a time before that
    /// of an earlier event, immediately follows the events before it.
    mutating func step(before time: FileTime?) -> EventSequence.Step? {
        guard let time else { return nil }
        if let reached, time <= reached { return nil }
        if awaited == time { return .pending }
        awaited = time
        return .awaitTime(time)
    }

    /// Notes that `time` of the recording has come.
    mutating func reach(_ time: FileTime) {
        reached = max(time, reached ?? time)
        awaited = nil
    }
}
