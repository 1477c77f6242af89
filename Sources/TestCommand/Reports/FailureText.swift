import Bytes
import JSON
import Scenarios

/// The explanation of a failure as lines of text.
struct FailureText {
    private let failure: FailureReport
    private let place: String

    init(_ failure: FailureReport, at place: String) {
        self.failure = failure
        self.place = place
    }

    var lines: [String] {
        var lines = ["      \(place)\(failure.roundWords)"]
        if let because = failure.because { lines.append("      because \(because.escapingInvisible)") }
        lines.append("")
        lines += expected
        let explanation = failure.explanation
        if !explanation.isEmpty { lines += [""] + explanation }
        return lines
    }

    // MARK: - Expected and found

    private var expected: [String] {
        let subject = failure.subject.escapingInvisible
        guard let found = failure.found else {
            var lines = ["  expected  \(subject): \(failure.expected.escapingInvisible)"]
            if let detail = failure.detail { lines.append("  found     \(detail.escapingInvisible)") }
            return lines
        }
        let width = max(failure.expected.count, String(found).count)
        func padded(_ text: String) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
        var lines = ["  expected  \(padded(failure.expected.escapingInvisible))   \(subject)"]
        var place = ""
        if let scope = failure.scopeWords {
            place = scope
            let matched = failure.matched.prefix(10).map { "#\($0)" }
            if !matched.isEmpty {
                let rest = failure.matched.count > matched.count ? ", ..." : ""
                place += ": " + matched.joined(separator: ", ") + rest
            }
        }
        lines.append("  found     \(padded(String(found)))   \(place)".trimmedAtEnd)
        if let detail = failure.detail { lines.append("            " + detail.escapingInvisible) }
        return lines
    }

    /// A message with its criteria.
    static func describe(_ message: NearestMessage) -> [String] {
        let title = "#\(message.sequence) \(message.kind) \(message.operation)"
        let place = message.step.map { "  " + $0.words } ?? ""
        let outside = message.outOfScope ? "  (out of scope)" : ""
        return ["    " + title + place + outside] + table(message.criteria).map { "      " + $0 }
    }

    /// The criteria as a table, the unmet ones marked.
    static func table(_ fields: [ComparedField]) -> [String] {
        let rows = fields.map { field -> [String] in
            [field.isMet ? "met" : "NOT", field.criterion.escapingInvisible, field.wantedWords, field.actualWords]
        }
        let table = TextTable([.left(), .left(), .left(), .left()], fitting: rows)
        return rows.map { table.line($0).trimmedAtEnd }
    }
}

extension FailureReport {
    /// Everything after what was expected and found.
    var explanation: [String] {
        var lines: [String] = []
        if !look.fields.isEmpty { lines += [""] + FailureText.table(look.fields).map { "    " + $0 } }
        if !nearest.isEmpty {
            lines += ["", "  " + nearestTitle]
            lines += nearest.flatMap(FailureText.describe)
        }
        for section in ReasonText.sections(why) {
            lines += ["", "  " + section.title]
            lines += section.lines.map { "    " + $0 }
        }
        if !change.isEmpty {
            lines += ["", "  smallest change"]
            lines += change.flatMap(ReasonText.describe).map { "    " + $0 }
        }
        // Each part begins with an empty line.
        return Array(lines.dropFirst())
    }

    /// What the messages in `nearest` are.
    var nearestTitle: String {
        let isMatching = nearest.contains { matched.contains($0.sequence) }
        let noun = nearest.count == 1 ? "message" : "messages"
        return isMatching ? "matching \(noun)" : "nearest \(noun)"
    }
}

extension ComparedField {
    /// The matcher; empty if there is nothing to compare.
    var wantedWords: String { expected == .null && note != nil ? "" : expected.words.shortened }

    /// The value, or why there is none.
    var actualWords: String {
        let value = actual == .null ? "none" : actual.words.shortened
        return note?.escapingInvisible.shortened ?? (isMet ? value : "is \(value)")
    }
}

extension String {
    /// The text, cut to a length that a table can have.
    fileprivate var shortened: String { count <= 120 ? self : String(prefix(120)) + "..." }

    /// The text without blanks at its end.
    var trimmedAtEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
