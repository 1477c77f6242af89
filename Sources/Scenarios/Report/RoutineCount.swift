public import Replay

/// How often the driver's conditions had each outcome, and how many messages of each type were made.
public struct RoutineCount: Sendable {
    /// The outcomes.
    public private(set) var coverage = Coverage()
    /// The messages.
    public private(set) var messages = MessageCounts()

    /// Nothing.
    public init() {}

    /// Adds the counts of another case.
    public mutating func add(_ other: RoutineCount) {
        coverage.add(other.coverage)
        messages.add(other.messages)
    }

    /// Adds a run of a routine.
    mutating func add(_ routine: ObservedRoutine) {
        coverage.count(routine.routine, routine.trace, notified: routine.notified)
    }

    /// Adds a message.
    mutating func add(_ message: ObservedMessage) { messages.count(message.type) }

    /// The report, as a replay has it.
    public var report: CoverageReport { CoverageReport(coverage, of: messages) }
}

extension CaseRun {
    /// The decisions of the routines in the steps that are done.
    func routineCount() -> RoutineCount {
        var count = RoutineCount()
        for run in steps {
            guard let outcome = run.outcome else { continue }
            for routine in outcome.routines { count.add(routine) }
            for record in outcome.replay?.records ?? [] {
                for routine in record.routines { count.add(routine) }
            }
        }
        for (index, host) in hosts.enumerated() {
            // A host that is gone has the messages that were read before.
            try? logs[index].update(from: host)
            for message in logs[index].messages { count.add(message) }
        }
        return count
    }
}
