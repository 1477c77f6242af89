public import Driver

/// The decision of a routine of the driver about an event, as a run sees it.
public struct ObservedRoutine: Sendable {
    /// A condition that it looked at.
    public struct Look: Sendable {
        /// The condition.
        public let check: Check
        /// Whether it held.
        public let holds: Bool
        /// The value that it looked at.
        public let value: String

        /// A look at `check`.
        public init(_ check: Check, holds: Bool, value: String) {
            self.check = check
            self.holds = holds
            self.value = value
        }
    }

    /// The routine.
    public let routine: DriverRoutine
    /// The sequences of the messages that it made, in order.
    public let messages: [UInt64]
    private let looks: Looks

    private enum Looks: Sendable {
        case reported(RoutineReport)
        case read([Look])
    }

    /// The conditions that it looked at, in order.
    public var checks: [Look] {
        switch looks {
        case .read(let looks): looks
        case .reported(let report):
            report.trace.checks.map {
                Look($0.check, holds: $0.holds, value: report.value(of: $0.check, holds: $0.holds).description)
            }
        }
    }

    /// The conditions that it looked at, for counting.
    var trace: CheckTrace {
        switch looks {
        case .reported(let report): report.trace
        case .read(let looks): CheckTrace(of: routine, checks: looks.lazy.map { ($0.check, $0.holds) })
        }
    }

    /// Whether it made a message.
    public var notified: Bool { !messages.isEmpty }

    /// The routine of `report`.
    public init(_ report: RoutineReport) {
        routine = report.routine
        messages = report.messages.map(\.message.sequence)
        looks = .reported(report)
    }

    /// A routine that was read from an answer.
    public init(_ routine: DriverRoutine, checks: [Look], messages: [UInt64]) {
        self.routine = routine
        self.messages = messages
        looks = .read(checks)
    }
}
