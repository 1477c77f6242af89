import Scenarios

extension CasePlan {
    /// The steps, those of each `repeat` as in its first round.
    var allSteps: [Step] {
        func all(_ steps: [Step]) -> [Step] {
            steps.flatMap { step -> [Step] in
                if case .repeat(let loop) = step.action { [step] + all(loop.first) } else { [step] }
            }
        }
        return all(steps)
    }

    /// All expectations, each with its step, including those in `wait: {until: ...}`.
    var allExpectations: [(step: Step, expectation: Expectation)] {
        allSteps.flatMap { step in
            var expectations = step.expectations
            if case .waitUntil(let awaited, _) = step.action { expectations += awaited }
            return expectations.map { (step, $0) }
        }
    }
}
