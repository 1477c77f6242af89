// What a report says about a failure, beyond what was compared.
extension CaseRun {
    /// Adds the explanation to a failure: the nearest messages and the reasons.
    func explain(_ failure: inout FailedExpectation) throws(Stop) {
        if options.isCancelled() { return }
        guard let scope = failure.scope else {
            failure.report.why = reasons(forStateIn: failure)
            return
        }
        do throws(LookFault) {
            failure.report.nearest = try nearest(to: failure, scope)
            failure.report.why =
                outcomes(for: failure, scope) + reasons(for: &failure, scope) + reasons(forTooManyIn: failure, scope)
        } catch {
            // A pattern that was too costly has ended the case before.
        }
    }

    /// The report on a failure.
    func report(on failure: FailedExpectation) -> FailureReport {
        var search = ChangeSearch(failure, of: self)
        var report = failure.report
        if failure.scope != nil, !options.isCancelled() { report.change = search.changes() }
        return report
    }
}
