import Driver
import Messages

/// The routines, conditions and types of message that a replay reached, by the driver's names.
public struct CoverageReport: Equatable, Sendable {
    /// One routine.
    public struct Routine: Equatable, Sendable {
        /// Its name.
        public let name: String
        /// How often it ran.
        public let records: Int
        /// The number of runs that created a message.
        public let notified: Int
        /// Its conditions, in the driver's order.
        public let conditions: [Condition]
        /// How often it went on from each place of its tree of conditions; empty in a report of an earlier version.
        public let places: [Place]
    }

    /// A place in the tree of a routine's conditions: a condition may have several.
    public struct Place: Equatable, Sendable {
        /// Its id.
        public let id: String
        /// How often the condition was true there.
        public let held: Int
        /// How often it was false there.
        public let failed: Int
    }

    /// A condition of a routine.
    public struct Condition: Equatable, Sendable {
        /// The condition as in the driver's code.
        public let check: String
        /// How often it was true.
        public let held: Int
        /// How often it was false.
        public let failed: Int
        /// Why a recording cannot show the missing outcome.
        public let why: String?
    }

    /// A type of message that the routines can create.
    public struct Message: Equatable, Sendable {
        /// Its names.
        public let type: MessageTypeName
        /// The number of messages created.
        public let made: Int
        /// Why a recording never causes one.
        public let why: String?
    }

    /// The number of outcomes of conditions that occurred.
    public let reached: Int
    /// The number of all outcomes.
    public let outcomes: Int
    /// The routines that events drive.
    public let routines: [Routine]
    /// The types of message that they can create.
    public let messageTypes: [Message]
    /// The gaps of the recording that explain the figures, a phrase each.
    public let gaps: [String]

    /// `reached` in percent of `outcomes`, to a tenth; 0 without outcomes.
    public var percent: Double { Double(tenths) / 10 }

    /// `percent` in tenths.
    var tenths: Int { outcomes > 0 ? Int((Double(reached) * 1000 / Double(outcomes)).rounded()) : 0 }
}

extension CoverageReport {
    /// The report of events that native lines or requests can express: with them, only an engine or a setting is missing.
    public init(_ coverage: Coverage, of messages: MessageCounts) {
        self.init(coverage, of: messages, in: .native, gaps: [])
    }

    init(_ coverage: Coverage, of messages: MessageCounts, in format: EventFeed.Options.Format, gaps: [String]) {
        reached = coverage.reached
        outcomes = Coverage.outcomeCount
        routines = Coverage.routines.map { routine in
            let runs = coverage.runs(of: routine)
            let places = coverage.places(of: routine)
            return Routine(
                name: routine.name, records: runs.runs, notified: runs.notified,
                conditions: routine.checks.map { Condition($0.check, coverage.outcomes(of: $0.check), in: format) },
                places: routine.conditions.map { condition in
                    let outcomes = places[condition.id] ?? Coverage.Outcomes()
                    return Place(id: condition.id, held: outcomes.held, failed: outcomes.failed)
                })
        }
        messageTypes = Coverage.messageTypes.map { type in
            let made = messages[type]
            let why = made == 0 ? RecordingGaps.why(neverMade: type, in: format) : nil
            return Message(type: type.names, made: made, why: why)
        }
        self.gaps = gaps
    }
}

extension CoverageReport.Condition {
    fileprivate init(_ check: Check, _ outcomes: Coverage.Outcomes, in format: EventFeed.Options.Format) {
        let reasons = [
            outcomes.held == 0 ? RecordingGaps.why(check, neverIs: true, in: format) : nil,
            outcomes.failed == 0 ? RecordingGaps.why(check, neverIs: false, in: format) : nil,
        ].compactMap(\.self)
        // Both outcomes may be missing for one reason.
        let different = reasons.first == reasons.last ? Array(reasons.prefix(1)) : reasons
        self.init(
            check: "\(check.text)", held: outcomes.held, failed: outcomes.failed,
            why: different.isEmpty ? nil : different.joined(separator: "; "))
    }
}

extension CoverageReport.Routine {
    /// Where its rules are described, a link into the documentation; nil for a routine that this version does not know.
    public var link: String? {
        let routine = DriverRoutine.allCases.first { $0.name == name }
        return routine?.term.rules.first.map { "docs/driver-model.md#\($0.lowercased())" }
    }
}
