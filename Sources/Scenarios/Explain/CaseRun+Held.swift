import Driver

// Why an expectation held.
extension CaseRun {
    /// How many messages an explanation shows.
    private static let mostMessages = 5

    /// Keeps what made expectations hold.
    func note(_ looked: [LookedExpectation]) { held += looked.map { describe($0) } }

    private func describe(_ looked: LookedExpectation) -> HeldReport {
        var report = HeldReport(looked.report.look)
        guard let scope = looked.scope else { return report }
        let messages = looked.report.matched.prefix(Self.mostMessages).compactMap { logs[scope.host][$0] }
        let history = messages.isEmpty ? WordHistory() : history(of: scope.host)
        report.messages = messages.map { madeMessage($0, looked.criteria, scope, history) }
        if let criteria = looked.criteria, messages.isEmpty {
            var refused: [RefusedDecision] = []
            report.why = reasons(against: criteria, scope, &refused)
        }
        report.unlisted = looked.report.matched.count - messages.count
        return report
    }

    private func madeMessage(
        _ message: ObservedMessage, _ criteria: Criteria?, _ scope: MessageScope, _ history: WordHistory
    ) -> MadeMessage {
        // A pattern that is too costly has ended the case before.
        let near = describe(message, criteria, scope)
        var made = MadeMessage(
            message: near
                ?? NearestMessage(
                    sequence: message.sequence, kind: message.message.kind.rawValue,
                    operation: message.message.operationName))
        guard let (index, record, routine) = routine(thatMade: message, on: scope.host) else { return made }
        made.routine = routine.routine.name
        made.checks = routine.checks.map(\.report)
        let history = history.before(record)
        made.causes = routine.checks.filter { $0.check.bit != nil && $0.holds }.compactMap {
            cause(of: $0, routine, index, history, scope.host)
        }
        return made
    }
}
