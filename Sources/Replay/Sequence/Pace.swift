import Messages

/// The progress of a replay that keeps the pace of its recording.
struct Pace: Sendable {
    /// The time that events wait for.
    enum Time: Sendable {
        /// None: they follow one another.
        case none
        /// One for all machines. An event that comes after a later event of another machine is late.
        case shared
        /// One for each machine, so that machines need not be in the order of time (decision 49).
        case perMachine
    }

    /// The limit of events that are in flight, or wait for others of their processes. Reading waits when it is reached. Each machine
    /// that has a time of its own also has a limit of its own.
    static let maxInFlight = 10_000
    /// By how many ticks an event may stand behind another machine's in a log that was merged by time.
    private static let overlap = FileTime.ticksPerSecond

    let time: Time
    /// The section that has the turn; 0 for all sections if they share a time.
    private var turn: Int?
    /// The latest time that has come in each turn.
    private var reached: [Int: FileTime] = [:]
    private var awaited: FileTime?
    /// The latest time of an event of each section, if they share a time.
    private var latest: [Int: FileTime] = [:]
    /// In a shared time, the number of events that come after an event of another machine that happened over a second later.
    private(set) var overtaken = 0

    init(_ time: Time) {
        self.time = time
        turn = time == .perMachine ? nil : 0
    }

    /// Whether events are held back.
    var isKept: Bool { time != .none }

    /// Gives the turn to a section. Returns false if the section already has the turn, or if machines have no times of their own.
    mutating func turn(to section: Int) -> Bool {
        if time != .perMachine || turn == section { return false }
        turn = section
        return true
    }

    /// The step before an event that happened at `time`, of the section that has the turn; nil if the event may begin. An event without
    /// a time, or with a time before that of an earlier event, immediately follows the events before it.
    mutating func step(before time: FileTime?) -> EventSequence.Step? {
        guard let time, let turn else { return nil }
        if let reached = reached[turn], time <= reached { return nil }
        if awaited == time { return .pending }
        awaited = time
        return .awaitTime(time)
    }

    /// Notes that `time` of the recording has come.
    mutating func reach(_ time: FileTime) {
        awaited = nil
        guard let turn else { return }
        reached[turn] = max(time, reached[turn] ?? time)
    }

    /// Notes that an event, which happened at `time` in a section, begins.
    mutating func begin(_ time: FileTime?, of section: Int) {
        guard self.time == .shared, let time, time >= latest[section] ?? .none else { return }
        latest[section] = time
        if let reached = reached[0], time.later(by: Self.overlap) < reached { overtaken += 1 }
    }
}
