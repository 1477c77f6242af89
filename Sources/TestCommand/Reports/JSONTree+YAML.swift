import Bytes
import JSON
import Scenarios

extension JSONTree {
    /// The value as YAML on one line, to be pasted: texts that YAML would read as something else are quoted.
    var yaml: String {
        switch self {
        case .null, .bool, .number: words
        case .string(let text): text.isPlainInYAML ? text : text.quotedInYAML
        case .array(let elements): "[" + elements.map(\.yaml).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\($0.name): \($0.value.yaml)" }.joined(separator: ", ") + "}"
        }
    }
}

extension String {
    /// Whether YAML reads it as this text without quotes, also in `[]` and `{}`.
    fileprivate var isPlainInYAML: Bool {
        guard let first = unicodeScalars.first, let last = unicodeScalars.last else { return false }
        let isWord = { (scalar: Unicode.Scalar) in scalar.isASCII && scalar.properties.isAlphabetic }
        let isPlain = unicodeScalars.allSatisfy { isWord($0) || "0123456789_.\\/-: ".unicodeScalars.contains($0) }
        return isPlain && isWord(first) && last != " " && last != ":" && !contains(": ")
            && !["true", "false", "null"].contains(lowercased())
    }

    /// In single quotes, or, with characters that need escapes, in double quotes as JSON has them.
    fileprivate var quotedInYAML: String {
        if escapingInvisible == self { return "'" + replacing(scalar: "'", with: "''") + "'" }
        var json = JSONWriter()
        json.value(self)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
