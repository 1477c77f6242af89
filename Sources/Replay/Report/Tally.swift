import Driver

/// The counts of some lines.
struct Tally: Sendable {
    /// Why a line was skipped, and the type of its event, if it corresponds to one.
    private struct Skip: Hashable {
        let reason: SkipReason
        let type: DriverEvent?
    }

    private var lines = 0
    /// Records in which a character was replaced or a text cut.
    private var repaired = 0
    private var timesUnread = 0
    private var timesFromShipper = 0
    /// The skipped records of other channels that have a name.
    private var otherChannels: [String: Int] = [:]
    /// By the events' raw values.
    private var applied = [Int](repeating: 0, count: DriverEvent.allCases.count)
    private var skipped: [Skip: Int] = [:]
    private var rejected = 0
    private var messages: [MessageType: Int] = [:]
    private(set) var processesSynthesised = 0
    private(set) var processesCompleted = 0

    mutating func addLine(_ notes: RecordParsers.Notes) {
        lines += 1
        if notes.contains(.repaired) { repaired += 1 }
        if notes.contains(.timeUnread) { timesUnread += 1 }
        if notes.contains(.timeOfShipper) { timesFromShipper += 1 }
    }

    /// Uncounts a line that was counted but will not be applied.
    mutating func removeLine() { lines -= 1 }

    mutating func apply(_ type: DriverEvent) { applied[Int(type.rawValue)] += 1 }

    mutating func skip(_ reason: SkipReason, _ type: DriverEvent?) {
        skipped[Skip(reason: reason, type: type), default: 0] += 1
    }

    /// Skips a record of another channel, and counts it by the channel's name.
    mutating func skip(channel: String?) {
        skip(.otherChannel, nil)
        if let channel { otherChannels[channel, default: 0] += 1 }
    }

    mutating func reject() { rejected += 1 }

    /// Counts the messages of a call of the driver, and the processes that it synthesized or completed.
    mutating func count(_ reports: [RoutineReport], of call: DriverCall) {
        for report in reports {
            for record in report.messages { messages[MessageType(of: record.message), default: 0] += 1 }
        }
        guard case .createProcess(_, let kind) = call else { return }
        switch kind {
        case .new: break
        case .synthesized: processesSynthesised += 1
        case .completed: processesCompleted += 1
        }
    }

    private func applied(_ type: DriverEvent) -> Int { applied[Int(type.rawValue)] }

    /// Whether a line has an event of `type`, applied or skipped.
    func contains(_ type: DriverEvent) -> Bool {
        applied(type) > 0 || skipped.keys.contains { $0.type == type }
    }

    /// The number of lines that were skipped for `reason`.
    func skipped(_ reason: SkipReason) -> Int {
        skipped.reduce(0) { $1.key.reason == reason ? $0 + $1.value : $0 }
    }

    /// Adds the counts of another tally.
    mutating func add(_ other: Tally) {
        lines += other.lines
        for (index, count) in other.applied.enumerated() { applied[index] += count }
        skipped.merge(other.skipped, uniquingKeysWith: +)
        rejected += other.rejected
        repaired += other.repaired
        timesUnread += other.timesUnread
        timesFromShipper += other.timesFromShipper
        otherChannels.merge(other.otherChannels, uniquingKeysWith: +)
        messages.merge(other.messages, uniquingKeysWith: +)
        processesSynthesised += other.processesSynthesised
        processesCompleted += other.processesCompleted
    }

    /// The counts by the names of the API.
    var report: EventsReport {
        var report = EventsReport()
        report.lines = lines
        for type in DriverEvent.allCases where applied(type) > 0 {
            report.applied += applied(type)
            report.appliedByType[type.name] = applied(type)
        }
        for (skip, count) in skipped {
            report.skipped[skip.reason.rawValue, default: 0] += count
            if let type = skip.type { report.skippedByType[type.name, default: [:]][skip.reason.rawValue] = count }
        }
        report.rejectedCount = rejected
        report.repaired = repaired
        report.timesUnread = timesUnread
        report.timesFromShipper = timesFromShipper
        report.otherChannels = otherChannels
        for (type, count) in messages { report.messages[type] += count }
        report.processesSynthesised = processesSynthesised
        report.processesCompleted = processesCompleted
        return report
    }
}
