import Scenarios

extension CasePlan {
    /// The golden files that the case names.
    var goldenFiles: [GoldenFile] {
        allSteps.flatMap { step -> [GoldenFile] in
            var expectations = step.expectations
            if case .waitUntil(let awaited, _) = step.action { expectations += awaited }
            return expectations.compactMap { if case .golden(let file) = $0.subject { file } else { nil } }
        }
    }

    /// The paths of all files that decide how the case ends.
    var paths: [String] {
        let recordings = allSteps.compactMap { step in
            if case .replay(let replay) = step.action { replay.path } else { nil }
        }
        return [file] + recordings + goldenFiles.map(\.path) + requirements.files.map(\.path)
    }

    /// The steps, those of each `repeat` as in its first round.
    private var allSteps: [Step] {
        func all(_ steps: [Step]) -> [Step] {
            steps.flatMap { step -> [Step] in
                if case .repeat(let loop) = step.action { [step] + all(loop.first) } else { [step] }
            }
        }
        return all(steps)
    }
}
