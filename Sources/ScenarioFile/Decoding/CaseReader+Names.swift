import Bytes
import DriverJSON
import JSON
import Scenarios

/// A name that nothing has, and where it is used.
struct UnknownName {
    let detail: String
    /// The name that was probably meant.
    let nearest: String?
    var uses: [JSONValue]

    /// Records the fault, once for all uses.
    func fault(_ line: (JSONValue) -> Int) {
        var lines: [Int] = []
        for other in uses.dropFirst().map(line) where other != line(uses[0]) && !lines.contains(other) {
            lines.append(other)
        }
        let listed = lines.prefix(4).map(String.init) + (lines.count > 4 ? ["\(lines.count - 4) more"] : [])
        uses[0].fault(detail + (lines.isEmpty ? "" : ", used again in line \(listed.joined(separator: ", "))"))
    }
}

// Later steps must not have faults because of a fault in the name that an earlier one gives, or because of a misspelled one:
// they are read as if the name were right.

extension CaseReader {
    /// How often the nearest one of all names is looked for.
    private static let mostHints = 100

    /// A name that is given: `as`, `id`.
    func identifier(_ value: JSONValue, _ kind: NameScope.Kind? = nil) -> String? {
        guard let text = value.string() else { return nil }
        let rest = text.utf8.dropFirst()
        guard text.utf8.first?.isLetter == true, text.utf8.count <= 63,
            rest.allSatisfy({ $0.isLetterOrDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") })
        else {
            value.fault("a name begins with a letter and has at most 63 letters, digits, _ and -, not \(value.quoted)")
            if let kind { assume(kind, text) }
            return nil
        }
        return text
    }

    /// Takes a name of this kind as given, although its declaration has a fault.
    func assume(_ kind: NameScope.Kind, _ name: String) {
        if !scope.contains(kind, name) { assumed.insert(NameOfKind(kind: kind, name: name)) }
    }

    /// Records that `value` gives `name` to something.
    func declare(_ kind: NameScope.Kind, _ name: String, _ value: JSONValue) {
        guard checksNames else { return }
        var pieces: [String]?
        var counts: [Int] = []
        if !loops.isEmpty {
            guard let text = raw.node(at: value.pointer)?.text else { return }
            let used = loops.filter { text.contains("${\($0)}") }
            if let missing = loops.first(where: { !used.contains($0) }) {
                // The id of a step inside a `repeat` stands for the step in all rounds.
                if kind == .step { return add(kind, name, value) }
                assume(kind, name)
                return value.fault("each round makes a new \(kind.noun), so the name must contain ${\(missing)}")
            }
            pieces = VariableText.pieces(of: text, around: loops)
            if pieces?.dropFirst().dropLast().contains("") == true {
                value.fault("needs a text between the numbers of rounds: ${i}-${j}")
            }
            counts = VariableText.occurrences(of: loops, in: text).map { max(1, loopTimes[$0] ?? 0) }
        }
        add(kind, name, value, pieces: pieces, rounds: counts)
    }

    private func add(
        _ kind: NameScope.Kind, _ name: String, _ value: JSONValue, pieces: [String]? = nil, rounds: [Int] = []
    ) {
        let line = line(of: value)
        guard let first = scope.add(kind, name, line: line, pieces: pieces, rounds: rounds) else { return }
        let place = "(line \(first.line))"
        value.fault(
            first.kind == kind
                ? "duplicate name \(first.name.quoted()) \(place)"
                : "\(first.name.quoted()) is the name of a \(first.kind.noun) \(place)")
        assume(kind, name)
    }

    /// A name that something of this kind must have, or the one that was probably meant; nil after any other fault.
    func reference(_ value: JSONValue, _ kind: NameScope.Kind) -> String? {
        guard let name = value.string() else { return nil }
        if !checksNames || scope.contains(kind, name) { return name }
        let key = NameOfKind(kind: kind, name: name)
        if assumed.contains(key) { return name }
        if let index = unknownNameIndices[key] {
            unknownNames[index].uses.append(value)
            return unknownNames[index].nearest
        }
        let (detail, nearest) =
            unknownNames.count < Self.mostHints
            ? scope.fault(kind, name) : ("no \(kind.noun) is called \(name.quoted()) here", nil)
        unknownNameIndices[key] = unknownNames.count
        unknownNames.append(UnknownName(detail: detail, nearest: nearest, uses: [value]))
        return nearest
    }

    /// A process or thread: a name, or an integer.
    func processOrThread(_ value: JSONValue, _ kind: NameScope.Kind) -> Reference? {
        switch value.kind {
        case .string: return reference(value, kind).map { .named($0) }
        case .integer: return value.id().map { .id($0) }
        default:
            value.fault("must be the name or the id of a \(kind.noun), not \(value.shown)")
            return nil
        }
    }

    /// A process: a name, or a pid.
    func process(_ value: JSONValue) -> Reference? { processOrThread(value, .process) }
}

/// A name of this kind.
struct NameOfKind: Hashable {
    let kind: NameScope.Kind
    let name: String
}
