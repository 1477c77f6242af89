// What a report says about a failure, beyond what was compared.
extension CaseRun {
    /// Adds the explanation to a failure: the nearest messages and the reasons.
    func explain(_ failure: inout FailedExpectation) throws(Stop) {
        guard let scope = failure.scope else { return }
        do throws(LookFault) {
            failure.report.nearest = try nearest(to: failure, scope)
        } catch {
            // A pattern that was too costly has ended the case before.
        }
    }

    /// The report on a failure.
    func report(on failure: FailedExpectation) -> FailureReport { failure.report }
}
