import Bytes
import Driver
import Messages
import NotificationAPI
import Vocabulary

extension VocabularyEntries {
    /// The entries for people, with a blank line between them.
    var text: String {
        let terms = groups.flatMap { group, terms in terms.map { text(of: $0, in: group) } }
        return (terms + conditions.map(text(of:)) + problems.map(text(of:)) + layouts.map(text(of:)))
            .joined(separator: "\n")
    }

    private func text(of term: Term, in group: Vocabulary.Group) -> String {
        let value = term.value.map { " = \($0.text)" } ?? ""
        var text = "\(term.name)\(value)   [\(group.title)]\n  \(term.explanation.asSentence)\n"
        if let driverName = term.driverName, driverName != term.name { text += "  Driver: \(driverName).\n" }
        return text + source(term.provenance)
    }

    private func text(of condition: Check.Line) -> String {
        "\(condition.text)   [condition of \(condition.check.routine.name)]\n"
            + "  Holds if \(condition.meaning) (\(condition.rule)).\n"
    }

    private func text(of problem: ProblemType) -> String {
        "\(problem.rawValue)   [problem, HTTP status \(problem.status)]\n  \(problem.explanation)\n"
    }

    private func text(of layout: Vocabulary.Layout) -> String {
        let users = layout.operations.isEmpty ? "" : " of \(layout.operations.joined(separator: ", "))"
        let fields = layout.structure.fields.map { field in
            let place = field.offset.map { $0.hexDigits(2, uppercase: true) } ?? ".."
            return [place, field.typeName, field.name, field.member ?? "", field.note ?? ""]
        }
        let rows = [["at", "type", "field", "JSON", "notes"]] + fields
        let table = TextTable(Array(repeating: .left(), count: 5), fitting: rows)
        return "\(layout.structure.name)   [layout\(users)]\n  Offsets from \(layout.place).\n"
            + rows.map { "  \(table.line($0))\n" }.joined() + source(layout.structure.provenance)
    }

    private func source(_ provenance: Provenance) -> String {
        "  Source: \(provenance.source) (\(provenance.status.rawValue)).\n"
    }
}
