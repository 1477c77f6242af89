import JSON

/// An expectation that was looked at, with all that its explanation needs: one that did not hold, or, if a case is to be
/// explained, also one that held.
struct LookedExpectation: Sendable {
    /// The expectation; nil for a failure of the step itself.
    var expectation: Expectation?
    var report: FailureReport
    /// Whether it held.
    var holds = false
    /// The index of the step.
    var stepIndex: Int?
    /// The messages that it is about.
    var scope: MessageScope?
    /// The criteria of the messages that are counted.
    var criteria: Criteria?
    /// The decisions against messages that would have matched, the nearest first.
    var refused: [RefusedDecision] = []
    /// The index of the expectation in its step, by which another run finds it.
    var position: Int?

    /// Where the expectation stands.
    struct Place: Hashable {
        let step: StepNumber
        /// The index in the list of the step.
        let position: Int
    }

    /// Where the expectation stands, looked at in `run`.
    func place(in run: StepRun) -> Place { Place(step: run.number, position: position ?? 0) }

    /// A failure without an expectation.
    init(
        line: Int, step: StepNumber, id: String?, source: JSONTree, expected: String, subject: String, detail: String
    ) {
        report = FailureReport(
            line: line, step: step, id: id, expectation: source, expected: expected, subject: subject)
        report.detail = detail
    }

    /// A failure of `expectation`, looked at in the step `run`, whose index is `index`.
    init(_ expectation: Expectation, in run: StepRun, _ index: Int, expected: String, subject: String) {
        self.expectation = expectation
        stepIndex = index
        report = FailureReport(
            line: expectation.line, step: run.number, id: run.step.id, expectation: expectation.source,
            expected: expected, subject: subject)
        report.because = expectation.because
    }
}

/// The part of a host's messages that an expectation is about.
struct MessageScope: Sendable {
    /// The index of the host.
    let host: Int
    /// The messages, by sequence.
    let messages: [ObservedMessage]
    /// The scope in words: `step 3 (inject)`, `host main`.
    let name: String
    /// The indices of the steps that it covers.
    let steps: [Int]
}
