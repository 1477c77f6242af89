import Bytes
import JSON
import Scenarios

/// The reading of a file's scenarios.
struct FileReading {
    private let name: String
    private let options: ScenarioFile.Options
    private(set) var cases: [CasePlan] = []
    private(set) var faults: FaultList
    /// The names of the variables that can be set.
    private(set) var variables: Set<String> = []
    /// Bytes of all cases so far.
    private var bytes = 0
    /// The line of the name of each scenario.
    private var names: [String: Int] = [:]

    /// The most bytes of all cases of a file, with their variables replaced.
    private static let mostBytes = 32 << 20
    /// How often a case is read again with its misspelled names corrected: a misspelled member may have misspelled members.
    private static let mostCorrections = 16

    init(name: String, options: ScenarioFile.Options, faults: [SourceFault]) {
        self.name = name
        self.options = options
        self.faults = FaultList(faults)
    }

    /// Reads all cases of a scenario.
    mutating func read(_ document: SourceNode) {
        if faults.isFull { return }
        guard document.mapping != nil else {
            let hint = document.list == nil ? "" : "; write several scenarios as documents divided by ---"
            faults.add(
                SourceFault(
                    line: document.line,
                    "must be a mapping that begins with scenario: 1, not \(document.shownType)" + hint))
            return
        }
        var document = document
        faults.add(document.correctKeys(among: CaseReader.members.map { "\($0)" }))
        let variables = Variables(document, given: options.variables)
        faults.add(variables.faults)
        self.variables.formUnion(variables.names)
        var body = document.without(["variables", "matrix"])
        var used: Set<String> = []
        for row in variables.rows where !faults.isFull && bytes <= Self.mostBytes {
            used.formUnion(read(&body, row))
        }
        for (name, place) in variables.declared where !used.contains(name) && name != "case" {
            faults.add(SourceFault(line: place.line, path: place.path, "the variable \(name) is never used"))
        }
        if let node = document["name"], let text = node.text, !text.contains("${") {
            if let first = names[text] {
                faults.add(
                    SourceFault(line: node.line, path: "name", "duplicate name \(text.quoted()) (line \(first))"))
            }
            names[text] = names[text] ?? node.line
        }
    }

    /// Reads the case of a row. What is below a misspelled name is read as if the name were right, and `body` keeps the
    /// correction.
    ///
    /// - Returns: The names of the variables that it uses.
    private mutating func read(_ body: inout SourceNode, _ row: Variables.Row) -> Set<String> {
        for round in 0...Self.mostCorrections {
            var replacement = VariableReplacement(row.values, limit: Self.mostBytes - bytes)
            let node = replacement.replace(in: body)
            faults.add(replacement.faults)
            let source = replacement.isTooLarge ? nil : SourceJSON(node)
            bytes += source?.bytes.count ?? Self.mostBytes
            guard let source, bytes <= Self.mostBytes else {
                faults.add(
                    SourceFault(
                        line: nil,
                        "its cases have more than \(Self.mostBytes) bytes together; use fewer rows, or smaller variables"
                    ))
                return replacement.used
            }
            var corrections: [JSONCorrection] = []
            do throws(JSONFaults) {
                cases.append(try read(source, raw: body, row, corrections: &corrections))
                return replacement.used
            } catch {
                let unknown = replacement.unknown
                let applied = round == Self.mostCorrections ? [] : corrections.filter { body.correct($0) }
                let pointers = Set(applied.map(\.pointer))
                // The other faults are found again, once those are corrected.
                for jsonFault in error.faults where applied.isEmpty || pointers.contains(jsonFault.pointer) {
                    let fault = source.fault(jsonFault, in: node)
                    if !unknown.contains(fault.path) { faults.add(fault) }
                }
                if applied.isEmpty || faults.isFull { return replacement.used }
            }
        }
        return []
    }

    private func read(
        _ source: SourceJSON, raw: SourceNode, _ row: Variables.Row, corrections: inout [JSONCorrection]
    ) throws(JSONFaults) -> CasePlan {
        var found: [JSONCorrection] = []
        defer { corrections = found }
        return try JSONDocument.read(
            source.bytes, maxFaults: SourceText.mostFaults, maxHints: SourceText.mostFaults, words: .yaml,
            onMisspelled: { found.append($0) }
        ) { value in
            let place = FilePlace(name: name, root: options.root)
            let reader = CaseReader(source, raw: raw, variables: row.values, place: place)
            return reader.read(value, row: row.title)
        }
    }

    /// Two cases with one name could not be told apart.
    mutating func checkNames() {
        var lines: [String: Int] = [:]
        for plan in cases {
            if let first = lines[plan.title], names[plan.name] == nil || plan.row != nil {
                faults.add(SourceFault(line: plan.line, "two cases are called \(plan.title.quoted()) (line \(first))"))
            }
            lines[plan.title] = plan.line
        }
    }
}

extension SourceJSON {
    /// The fault of `node`, whose JSON this is, with its place in the file and how to write the value.
    fileprivate func fault(_ fault: JSONFault, in node: SourceNode) -> SourceFault {
        let position = position(of: fault.pointer)
        let hint = node.node(at: fault.pointer)?.hint(on: fault.detail) ?? ""
        return SourceFault(
            line: position.keyLine ?? position.line, path: position.path, fault.detail + hint)
    }
}

extension SourceNode {
    fileprivate func without(_ keys: [String]) -> SourceNode {
        var node = self
        node.content = .mapping((mapping ?? []).filter { !keys.contains($0.key) })
        return node
    }
}
