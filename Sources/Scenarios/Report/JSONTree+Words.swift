import Bytes
public import JSON

extension JSONTree {
    /// The value in words: a text as it is, anything else as YAML would write it on one line.
    public var words: String {
        switch self {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let digits): digits
        case .string(let text): text.escapingInvisible
        case .array(let elements): "[" + elements.map(\.words).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\($0.name): \($0.value.words)" }.joined(separator: ", ") + "}"
        }
    }
}
