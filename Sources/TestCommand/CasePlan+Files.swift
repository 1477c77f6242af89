import Scenarios

extension CasePlan {
    /// The golden files that the case names.
    var goldenFiles: [GoldenFile] {
        allExpectations.compactMap { if case .golden(let file) = $0.expectation.subject { file } else { nil } }
    }

    /// The paths of all files that decide how the case ends.
    var paths: [String] {
        let recordings = allSteps.compactMap { step in
            if case .replay(let replay) = step.action { replay.path } else { nil }
        }
        return [file] + recordings + goldenFiles.map(\.path) + requirements.files.map(\.path)
    }
}
