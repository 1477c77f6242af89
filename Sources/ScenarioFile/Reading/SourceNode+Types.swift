extension SourceNode {
    /// The value as faults show it beside what was expected: `a text`, `true`, the digits of a number.
    var shownType: String {
        switch content {
        case .mapping: "a mapping"
        case .list: "a list"
        case .scalar(let scalar):
            switch scalar.kind {
            case .text: "a text"
            case .null: "null"
            case .boolean, .integer, .number: scalar.text
            }
        }
    }

    /// How to write the value so that it has the type that the fault `detail` wants, if only its form is wrong.
    func hint(on detail: String) -> String {
        if detail.hasPrefix("must be a list, not "), mapping != nil || isMissing {
            let isItem = mapping?.first?.key.hasPrefix("-") ?? false
            return isItem ? "; write a space after the -" : "; begin each item with \"- \""
        }
        guard let scalar else { return "" }
        if detail.hasPrefix("must be a mapping, not ") {
            if isMissing { return "; indent its members below it" }
            return scalar.kind == .text && !scalar.isQuoted && scalar.text.contains(":")
                ? "; write a space after the colon" : ""
        }
        if detail.hasPrefix("must be a text, not "), scalar.kind != .text {
            return isMissing ? "; quote a text that begins with #" : "; quote it: '\(scalar.text)'"
        }
        guard scalar.isQuoted else { return "" }
        let plain = SourceScalar(scalar.text, isQuoted: false).kind
        let wantsNumber = detail.hasPrefix("must be an integer") || detail.hasPrefix("must be the number")
        let wantsBoolean = detail.hasPrefix("must be true or false")
        if wantsNumber && plain == .integer || wantsBoolean && plain == .boolean { return "; write it without quotes" }
        return ""
    }

    /// Whether nothing follows the name of the value.
    private var isMissing: Bool { scalar?.kind == .null && scalar?.text.isEmpty == true }
}
