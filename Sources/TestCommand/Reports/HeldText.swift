import Bytes
import JSON
import Scenarios

/// What made an expectation hold, as lines of text.
struct HeldText {
    let lines: [String]

    init(_ held: HeldReport) {
        let id = held.id.map { " (\($0.escapingInvisible))" } ?? ""
        let round = held.iteration.map { ", round \($0)" } ?? ""
        var lines = ["  line \(held.line), step \(held.step)\(id)\(round)"]
        if let because = held.because { lines.append("    because   \(because.escapingInvisible)") }
        let subject = held.subject.escapingInvisible
        if let found = held.found {
            lines.append("    expected  \(held.expected.escapingInvisible)   \(subject)")
            let scope =
                held.scope.map { " among \($0.counted("message")) of \(held.scopeName?.escapingInvisible ?? "")" } ?? ""
            lines.append("    found     \(found)\(scope)")
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
            lines += cause.detail.split(separator: "\n").map { "      " + String($0).escapingInvisible }
        }
        return lines
    }
}
