import Yams

/// Why a text is not YAML.
struct YAMLFault {
    /// Where the fault was found; nil if it concerns the whole text.
    let mark: Mark?
    /// The path of the key that the fault concerns, if any.
    var key: String?
    /// The description of the fault, a phrase.
    let detail: String

    /// The fault for an error of Yams.
    init(_ error: any Error) {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            self.mark = mark
            detail = "is not YAML: \(problem)" + YAMLFault.advice(on: problem)
        case YamlError.reader(let problem, _, _, _):
            mark = nil
            detail = "is not YAML: \(problem)"
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            mark = context.mark
            key = keys.first
            detail = "is given more than once"
        default:
            mark = nil
            detail = "is not YAML"
        }
    }

    /// How to write a backslash, if `problem`, a text of libyaml, is about one: names of images have many.
    private static func advice(on problem: String) -> String {
        ["escape character", "hexdecimal number", "Unicode character escape"].contains { problem.contains($0) }
            ? #"; in double quotes write \\, or use single quotes"# : ""
    }
}
