import Bytes

/// A text with variables, `${name}`, cut into its parts.
struct VariableText {
    /// A part of a text.
    enum Part {
        case text(String)
        case variable(String)
    }

    /// The parts. `$${` is the text `${`, and what is not a name in braces stays as it is: `${a:b}`.
    let parts: [Part]

    init(_ text: String) {
        var parts: [Part] = []
        var plain = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            plain += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                plain += "${"
                rest = rest.dropFirst(3)
            } else if let name = Self.name(rest) {
                if !plain.isEmpty { parts.append(.text(plain)) }
                plain = ""
                parts.append(.variable(name))
                rest = rest.dropFirst(name.count + 3)
            } else {
                plain += "$"
                rest = rest.dropFirst()
            }
        }
        plain += rest
        if !plain.isEmpty { parts.append(.text(plain)) }
        self.parts = parts
    }

    /// The name of the variable with which `text` begins.
    private static func name(_ text: Substring) -> String? {
        guard text.hasPrefix("${"), let end = text.firstIndex(of: "}") else { return nil }
        let name = String(text[text.index(text.startIndex, offsetBy: 2)..<end])
        return isName(name) ? name : nil
    }

    /// Whether `text` can name a variable: a letter or `_`, then letters, digits and `_`.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isLetter || first == UInt8(ascii: "_"), text.utf8.count <= 63 else {
            return false
        }
        return text.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }
    }

    /// The variable that the whole text is; nil if it is anything else.
    var onlyVariable: String? {
        if parts.count == 1, case .variable(let name) = parts[0] { name } else { nil }
    }

    /// The texts around the variables `names` in `text`.
    static func pieces(of text: String, around names: [String]) -> [String] {
        var pieces = [""]
        for part in VariableText(text).parts {
            switch part {
            case .text(let text): pieces[pieces.count - 1] += text
            case .variable(let name):
                if names.contains(name) { pieces.append("") } else { pieces[pieces.count - 1] += "${\(name)}" }
            }
        }
        return pieces
    }

    /// The variables among `names` that `text` has, in its order.
    static func occurrences(of names: [String], in text: String) -> [String] {
        VariableText(text).parts.compactMap { part in
            if case .variable(let name) = part, names.contains(name) { name } else { nil }
        }
    }

    /// Whether a text in `node` has one of the variables.
    static func uses(_ names: [String], in node: SourceNode) -> Bool {
        switch node.content {
        case .scalar(let scalar):
            guard scalar.text.contains("${") else { return false }
            return VariableText(scalar.text).parts.contains { part in
                if case .variable(let name) = part { names.contains(name) } else { false }
            }
        case .list(let items): return items.contains { uses(names, in: $0) }
        case .mapping(let members): return members.contains { uses(names, in: $0.value) }
        }
    }
}
