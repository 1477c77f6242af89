public import Driver
import Messages

/// The routines that the events of a replay reached, and the outcomes of their conditions.
///
/// It does not count the outcomes of messages; `DeliveryLedger` does.
public struct Coverage: Hashable, Sendable {
    /// How often a condition had each outcome.
    public struct Outcomes: Hashable, Sendable {
        /// It was true.
        public internal(set) var held = 0
        /// It was false.
        public internal(set) var failed = 0

        /// Counts `count` results.
        fileprivate mutating func add(_ count: Int, _ holds: Bool) {
            if holds { held += count } else { failed += count }
        }
    }

    /// How often a routine ran.
    public struct Runs: Hashable, Sendable {
        /// All runs.
        public internal(set) var runs = 0
        /// The runs that created a message.
        public internal(set) var notified = 0
    }

    /// One way through a routine. Most runs of a routine take the same few, so that runs are counted by path.
    private struct Path: Hashable {
        let routine: DriverRoutine
        let trace: CheckTrace
        let notified: Bool
    }

    private var paths: [Path: Int] = [:]

    /// Nothing was reached.
    public init() {}

    /// Counts one run of a routine.
    mutating func count(_ report: RoutineReport) {
        count(report.routine, report.trace, notified: report.notified)
    }

    /// Counts one run of `routine`.
    public mutating func count(_ routine: DriverRoutine, _ trace: CheckTrace, notified: Bool) {
        paths[Path(routine: routine, trace: trace, notified: notified), default: 0] += 1
    }

    /// Adds the counts of `other`.
    public mutating func add(_ other: Coverage) { paths.merge(other.paths, uniquingKeysWith: +) }

    /// How often `routine` ran.
    public func runs(of routine: DriverRoutine) -> Runs {
        var runs = Runs()
        for (path, count) in paths where path.routine == routine {
            runs.runs += count
            if path.notified { runs.notified += count }
        }
        return runs
    }

    /// How often `check` had each outcome.
    public func outcomes(of check: Check) -> Outcomes {
        var outcomes = Outcomes()
        for (path, count) in paths where path.routine == check.routine {
            for (looked, holds) in path.trace.checks where looked == check {
                outcomes.add(count, holds)
            }
        }
        return outcomes
    }

    /// How often `routine` went on from each of its conditions with each result, by the condition's id.
    ///
    /// - Complexity: O(different ways of its runs).
    func places(of routine: DriverRoutine) -> [String: Outcomes] {
        var places: [String: Outcomes] = [:]
        for (path, count) in paths where path.routine == routine {
            for (condition, holds) in routine.path(of: path.trace) {
                places[condition.id, default: Outcomes()].add(count, holds)
            }
        }
        return places
    }

    /// The number of outcomes that were reached; each condition has two.
    public var reached: Int {
        Check.allCases.reduce(0) { sum, check in
            let outcomes = outcomes(of: check)
            return sum + (outcomes.held > 0 ? 1 : 0) + (outcomes.failed > 0 ? 1 : 0)
        }
    }

    /// The number of all outcomes.
    public static let outcomeCount = Check.allCases.count * 2

    /// The routines that events drive.
    public static let routines = DriverRoutine.allCases.filter { !$0.checks.isEmpty }

    /// The types of message that the routines can create: synchronous ones in the order of their values, then queued and
    /// direct ones in the order of the routines.
    public static let messageTypes: [MessageType] = {
        let made = routines.flatMap(\.messageTypes)
        return SyncOperation.allCases.map { .sync($0) }.filter { made.contains($0) }
            + made.filter { $0.kind == .async } + made.filter { $0.kind == .direct }
    }()
}
