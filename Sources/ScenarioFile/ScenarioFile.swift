import Bytes
import JSON
public import Scenarios

/// A scenario file that was read: its cases, or all of its faults.
public struct ScenarioFile: Sendable {
    /// What applies to all files of a run.
    public struct Options: Sendable {
        /// Values of variables instead of their defaults, as the command line gives them.
        public var variables: [String: String] = [:]
        /// The folder that no path of a scenario may leave; nil for the file's own.
        public var root: String?

        /// The defaults.
        public init() {}
    }

    /// The file, as the user named it.
    public let name: String
    /// The cases of all scenarios, in order; empty if there is a fault.
    public let cases: [CasePlan]
    /// All faults, by line.
    public let faults: [SourceFault]
    /// The names of the variables that can be set.
    public let variables: Set<String>

    /// Reads the file `name` with the content `bytes`.
    public init(name: String, bytes: [UInt8], options: Options = Options()) {
        self.name = name
        let (documents, faults) = SourceText(name: name, bytes: bytes).documents()
        var reading = FileReading(name: name, options: options)
        for document in documents { reading.read(document) }
        reading.checkNames()
        var all = faults
        var seen = Set(faults)
        for fault in reading.faults where seen.insert(fault).inserted { all.append(fault) }
        self.faults = all.enumerated().sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }
            .map(\.element)
        cases = all.isEmpty ? reading.cases : []
        variables = reading.variables
    }
}

/// The reading of a file's scenarios.
private struct FileReading {
    let name: String
    let options: ScenarioFile.Options
    var cases: [CasePlan] = []
    var faults: [SourceFault] = []
    var variables: Set<String> = []
    /// Bytes of all cases so far.
    private var bytes = 0
    /// The most bytes of all cases of a file, with their variables replaced.
    private static let mostBytes = 64 << 20
    /// The line of the name of each scenario.
    private var names: [String: Int] = [:]

    init(name: String, options: ScenarioFile.Options) {
        self.name = name
        self.options = options
    }

    mutating func read(_ document: SourceNode) {
        guard document.mapping != nil else {
            faults.append(SourceFault(line: document.line, "must be a mapping that begins with scenario: 1"))
            return
        }
        let variables = Variables(document, given: options.variables)
        faults += variables.faults
        self.variables.formUnion(variables.names)
        let body = document.without(["variables", "matrix"])
        var used: Set<String> = []
        for row in variables.rows {
            var replacement = VariableReplacement(row.values)
            let replaced = replacement.replace(in: body)
            faults += replacement.faults
            used.formUnion(replacement.used)
            // Without its variables, a value would have faults that are none.
            if replacement.faults.isEmpty { read(replaced, raw: body, row) }
        }
        for (name, node) in variables.declared where !used.contains(name) && name != "case" {
            faults.append(SourceFault(line: node.line, path: node.path, "the variable \(name) is never used"))
        }
        if let node = document["name"], let text = node.text, !text.contains("${") {
            if let first = names[text] {
                faults.append(
                    SourceFault(line: node.line, path: "name", "duplicate name \(text.quoted()) (line \(first))"))
            }
            names[text] = names[text] ?? node.line
        }
    }

    private mutating func read(_ node: SourceNode, raw: SourceNode, _ row: Variables.Row) {
        if bytes > Self.mostBytes { return }
        let source = SourceJSON(node)
        bytes += source.bytes.count
        if bytes > Self.mostBytes {
            faults.append(SourceFault(line: nil, "its cases have more than \(Self.mostBytes) bytes together"))
            return
        }
        do throws(JSONFaults) {
            cases.append(
                try JSONDocument.read(source.bytes) { [name, options] value in
                    let place = FilePlace(name: name, root: options.root)
                    let reader = CaseReader(source, raw: raw, variables: row.values, place: place)
                    return reader.read(value, row: row.title)
                })
        } catch {
            faults += error.faults.map { fault in
                let position = source.position(of: fault.pointer)
                return SourceFault(
                    line: position.keyLine ?? position.line, path: position.path,
                    fault.detail + node.typeHint(on: fault.detail, at: fault.pointer))
            }
        }
    }

    /// Two cases with one name could not be told apart.
    mutating func checkNames() {
        var lines: [String: Int] = [:]
        for plan in cases {
            if let first = lines[plan.title], names[plan.name] == nil || plan.row != nil {
                faults.append(
                    SourceFault(line: plan.line, "two cases are called \(plan.title.quoted()) (line \(first))"))
            }
            lines[plan.title] = plan.line
        }
    }
}

extension SourceNode {
    fileprivate func without(_ keys: [String]) -> SourceNode {
        var node = self
        node.content = .mapping((mapping ?? []).filter { !keys.contains($0.key) })
        return node
    }

    /// How to write the value at `pointer` so that it has the wanted type, if only its quotes are wrong.
    fileprivate func typeHint(on detail: String, at pointer: String) -> String {
        guard let scalar = node(at: pointer)?.scalar else { return "" }
        if detail.hasPrefix("must be a string, not "), scalar.kind != .text {
            return "; quote it: '\(scalar.text)'"
        }
        guard scalar.isQuoted else { return "" }
        let plain = SourceScalar(scalar.text, isQuoted: false).kind
        let wantsNumber = detail.contains("must be an integer") || detail.contains("must be a number")
        let wantsBoolean = detail.contains("must be true or false") || detail.contains("must be a boolean")
        if wantsNumber && plain == .integer || wantsBoolean && plain == .boolean { return "; write it without quotes" }
        return ""
    }
}
