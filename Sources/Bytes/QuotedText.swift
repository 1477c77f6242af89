extension StringProtocol {
    /// The text in quotes, as messages show a value that was found: on one line, and cut after `limit` characters.
    public func quoted(limit: Int = 64) -> String {
        let shown = unicodeScalars.prefix(limit + 1)
        if shown.count <= limit { return "\"\(String(self).escapingInvisible)\"" }
        return "\"\(String(String.UnicodeScalarView(shown.dropLast())).escapingInvisible)…\""
    }

    /// The text, or its first `limit` characters and an ellipsis.
    public func shortened(to limit: Int) -> String {
        let shown = unicodeScalars.prefix(limit + 1)
        return shown.count <= limit ? String(self) : String(String.UnicodeScalarView(shown.dropLast())) + "…"
    }

    /// The text with its lines, each as `escapingInvisible`.
    public var escapingInvisibleInLines: String {
        unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String(String.UnicodeScalarView($0)).escapingInvisible }.joined(separator: "\n")
    }

    /// The text without characters that start a line, control a terminal or are not shown: they are written as `\u{1b}`.
    public var escapingInvisible: String {
        guard unicodeScalars.contains(where: \.isInvisible) else { return String(self) }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isInvisible {
                text += "\\u{" + scalar.value.hexDigits() + "}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Unicode.Scalar {
    /// Whether it is a control character, a direction mark, a line separator or unassigned.
    public var isInvisible: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
        default: false
        }
    }
}
