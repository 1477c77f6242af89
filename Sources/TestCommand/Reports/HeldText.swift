import Bytes
import JSON
import Scenarios

/// What made an expectation hold, as lines of text.
struct HeldText {
    let lines: [String]

    init(_ held: HeldReport) {
        let id = held.id.map { " (\($0.escapingInvisible))" } ?? ""
        var lines = ["  line \(held.line), step \(held.step)\(id)\(held.roundWords)"]
        if let because = held.because { lines.append("    because   \(because.escapingInvisible)") }
        let subject = held.subject.escapingInvisible
        if let found = held.found {
            lines.append("    expected  \(held.expected.escapingInvisible)   \(subject)")
            lines.append("    found     \(found)" + (held.scopeWords.map { " " + $0 } ?? ""))
        } else {
            lines.append("    expected  \(subject): \(held.expected.escapingInvisible)")
        }
        lines += FailureText.table(held.fields).map { "      " + $0 }
        if let detail = held.detail { lines.append("    found     \(detail.escapingInvisible)") }
        for section in ReasonText.sections(held.why) {
            lines.append("    " + section.title)
            lines += section.lines.map { "      " + $0 }
        }
        lines += held.messages.flatMap(HeldText.describe)
        if held.unlisted > 0 { lines.append("    and \(held.unlisted.counted("more message"))") }
        self.lines = lines
    }

    private static func describe(_ made: MadeMessage) -> [String] {
        var lines = FailureText.describe(made.message)
        guard let routine = made.routine else { return lines }
        lines.append("      made by \(routine), which looked at")
        let rows = made.checks.map { [$0.holds ? "true" : "false", $0.check, $0.value.escapingInvisible] }
        let table = TextTable([.left(), .left(), .left()], fitting: rows)
        lines += rows.map { "        " + table.line($0).trimmedAtEnd }
        for cause in made.causes {
            lines += ReasonText.lines(of: cause).map { "      " + $0 }
        }
        return lines
    }
}
