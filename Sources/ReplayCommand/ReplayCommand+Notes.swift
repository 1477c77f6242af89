import Bytes
import Replay

extension ReplayCommand {
    /// The notes on a result that the page shows beside its report.
    func notes(on result: ReplayResult) -> ReplaySummary.Notes {
        var notes = ReplaySummary.Notes()
        notes.engineName = result.engineName
        notes.hasRules = hasRules
        notes.showsCoverage = output.coverage
        notes.earlierFile = output.compare
        if server.url != nil {
            notes.whyNoDelays = "delays need --pace recorded without --server"
        } else if pace != .asap {
            notes.whyNoDelays = "no message of an event with a time was sent"
        }
        notes.warnings = warnings(about: result)
        return notes
    }

    /// Whether processes can have rules.
    private var hasRules: Bool { !policies.isEmpty || engine.config != nil || server.url != nil }

    /// The warnings, and the hint that the text of a replay has elsewhere.
    func warningsAndHint(about result: ReplayResult) -> [String] {
        warnings(about: result) + (hasRules ? [] : [result.report.hintOfRules].compactMap(\.self))
    }

    /// What the reader should know before the figures.
    func warnings(about result: ReplayResult) -> [String] {
        let report = result.report
        var warnings: [String] = []
        let existing = report.machines.compactMap(\.host).filter { !$0.isCreated }.map(\.name)
        if !existing.isEmpty {
            let hosts = Self.list(existing)
            let skipped = report.total.skipped[SkipReason.alreadyCreated.rawValue] ?? 0
            if skipped > 0 {
                warnings.append(
                    "\(hosts) existed before, with processes of an earlier replay: \(skipped.counted("creation")) skipped "
                        + "(already-created); --fresh replaces hosts")
            }
            let ignored = [
                rules.map { _ in "--rules" }, policy.isEmpty ? nil : "--policy", server.like.map { _ in "--like" },
            ]
            .compactMap(\.self)
            if !ignored.isEmpty {
                warnings.append(
                    "\(ignored.joined(separator: " and ")) had no effect on \(hosts), which existed before; --fresh replaces hosts"
                )
            }
        }
        if report.comparison?.isOfOtherRecording == true {
            warnings.append("--compare: the earlier report is of another recording, or of other options for reading it")
        }
        if report.total.rejectedCount > 0, let name = result.unread.readBackwards.first {
            warnings.append("the newest record of \(name) is first, so lines are counted from its end")
        }
        warnings += result.unusedPolicies.map { "--policy \($0): no process has such an image" }
        if report.comparison?.isIncomplete == true {
            warnings.append("--compare: a report does not list all of its losses, so that differences may be missing")
        }
        return warnings
    }

    /// `a, b and 3 more`.
    private static func list(_ names: [String]) -> String {
        let most = 3
        let rest = names.count - most
        let shown = names.prefix(most).joined(separator: ", ")
        return rest > 0 ? "\(shown) and \(rest) more" : shown
    }
}

extension ReplayReport {
    /// That rules are missing, if threads were created and none was reported.
    var hintOfRules: String? {
        guard total.appliedByType["threadCreate"] != nil, total.messages.sync.isEmpty else { return nil }
        return "no process has rules, so only processes and images are reported; --rules and --policy set them"
    }
}
