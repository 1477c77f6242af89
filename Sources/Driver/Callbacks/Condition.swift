/// A condition at its place among those of its routine: where the routine goes from it, and what it sends on the way.
///
/// The conditions of a routine form a tree whose branches may join again. A check has a condition for each place in the tree
/// from which the routine goes on differently.
public struct Condition: Sendable {
    /// How a routine goes on after a result.
    public struct Outcome: Sendable {
        /// The id of the next condition; nil if the routine ends.
        public let next: String?
        /// The types of message that the routine sends because of the result.
        public let sends: [MessageType]
    }

    /// Whether a false result ends the routine.
    public enum Kind: String, Sendable {
        /// A false result ends the routine, and messages that a true one leads to are not sent.
        case `guard`
        /// Either result leads on, or both end the routine without a message that the other would send.
        case branch
    }

    /// Why messages are missing if the result is false.
    public struct Failure: Sendable {
        /// A sentence for people, with the placeholders of `placeholders`.
        public let because: String
        /// What makes the result true.
        public let remedy: Remedy
    }

    /// The texts that stand for the subjects of an event: the process that the routine runs in, the process in which the new
    /// thread runs, and the image that is loaded.
    public static let placeholders = ["{process}", "{target}", "{image}"]

    /// The rule of the driver model, followed by `/` and a number if the rule has several conditions.
    public let id: String
    /// What is checked.
    public let check: Check
    /// How the routine goes on if the check holds.
    public let whenTrue: Outcome
    /// How the routine goes on if the check does not hold.
    public let whenFalse: Outcome
    /// Why messages are missing if the check does not hold; nil if no message depends on this result alone.
    public let failure: Failure?
    /// Whether it is a guard or a branch.
    public let kind: Kind

    /// How the routine goes on after a result.
    public func outcome(_ holds: Bool) -> Outcome { holds ? whenTrue : whenFalse }
}

// MARK: - Lines of the table

extension Condition {
    /// A condition that ends the routine if it does not hold.
    static func `guard`(
        _ id: String, _ check: Check, then: Outcome, otherwise because: String, _ remedy: Remedy
    ) -> Condition {
        Condition(
            id: id, check: check, whenTrue: then, whenFalse: .end,
            failure: Failure(because: because, remedy: remedy), kind: .guard)
    }

    /// A guard that looks for a rule of the process.
    static func `guard`(_ id: String, _ check: Check, then: Outcome, rule: ProcessRules) -> Condition {
        .guard(id, check, then: then, otherwise: Remedy.lack(of: rule), .set(rule))
    }

    /// A condition that chooses between two ways. `because` and `remedy` are given if only one of them leads to a message.
    static func branch(
        _ id: String, _ check: Check, then: Outcome, else other: Outcome, otherwise failure: (String, Remedy)? = nil
    ) -> Condition {
        Condition(
            id: id, check: check, whenTrue: then, whenFalse: other,
            failure: failure.map { Failure(because: $0.0, remedy: $0.1) }, kind: .branch)
    }
}

extension Condition.Outcome {
    /// The routine ends.
    static let end = end()

    /// The routine sends messages and ends.
    static func end(sending types: MessageType...) -> Condition.Outcome { Condition.Outcome(next: nil, sends: types) }

    /// The routine sends messages, if any, and goes on with the condition `id`.
    static func to(_ id: String, sending types: MessageType...) -> Condition.Outcome {
        Condition.Outcome(next: id, sends: types)
    }
}

// MARK: - Ways through a routine

extension DriverRoutine {
    /// The condition of the routine with an id.
    public func condition(_ id: String) -> Condition? { conditions.first { $0.id == id } }

    /// The conditions that a run with `trace` passed, in order, with their results. It ends early if the trace lacks a result
    /// that the tree asks for.
    public func path(of trace: CheckTrace) -> [(condition: Condition, holds: Bool)] {
        var path: [(Condition, Bool)] = []
        var next = conditions.first
        while let condition = next, let holds = trace[condition.check] {
            path.append((condition, holds))
            next = condition.outcome(holds).next.flatMap(self.condition)
        }
        return path
    }

    /// Calls `body` with every way from the first condition to an outcome that sends messages.
    func forEachWay(_ body: (_ way: [(check: Check, holds: Bool)], _ sends: [MessageType]) -> Void) {
        var way: [(check: Check, holds: Bool)] = []
        func follow(_ condition: Condition?) {
            guard let condition else { return }
            for holds in [true, false] {
                let outcome = condition.outcome(holds)
                way.append((condition.check, holds))
                if !outcome.sends.isEmpty { body(way, outcome.sends) }
                follow(outcome.next.flatMap(self.condition))
                way.removeLast()
            }
        }
        follow(conditions.first)
    }
}
