import Driver

/// A decision against a message: what a routine did in a step, and the condition that turned out otherwise.
struct RefusedDecision: Sendable {
    /// The index of the step.
    let index: Int
    /// The line of the record, in a replay.
    let record: Int?
    let routine: ObservedRoutine
    let path: MessagePath
    /// The condition that turned out otherwise.
    let look: ObservedRoutine.Look
    /// Whether it is about a process that the criteria name.
    let isNamed: Bool

    /// The pid of the process whose context the routine looked for; nil if it did not come to that.
    var contextId: UInt32? { routine.checks.first(where: \.check.isContext)?.number }
}
