// The explanation of a failure, beyond the comparison.
extension CaseRun {
    /// The most failures of a case that are explained: a `repeat` with an expectation that fails has one for each round.
    static let mostExplained = 32

    /// Adds the explanation to a failure: the nearest messages and the reasons.
    func explain(_ failure: inout LookedExpectation) {
        if options.isCancelled() { return }
        guard failures.count < Self.mostExplained else {
            failure.report.why = [.unexplained(most: Self.mostExplained)]
            return
        }
        guard let scope = failure.scope else {
            failure.report.why = reasons(forStateIn: failure)
            return
        }
        failure.report.nearest = nearest(to: failure, scope)
        let outcomes = outcomes(for: failure, scope)
        // Without an operation, a message that was made is the one that is meant.
        let isMade = !outcomes.isEmpty && failure.criteria?.namesOperation == false
        failure.report.why =
            outcomes + (isMade ? [] : reasons(for: &failure, scope)) + reasons(forTooManyIn: failure, scope)
    }

    /// The reports on all failures, with the changes that help.
    func failureReports() -> [FailureReport] {
        var budget = ChangeSearch.Budget()
        return failures.map { failure in
            var report = failure.report
            if case .unexplained = report.why.first { return report }
            guard failure.scope != nil, !options.isCancelled() else { return report }
            var search = ChangeSearch(failure, of: self, budget)
            report.change = search.changes()
            budget = search.budget
            return report
        }
    }
}
