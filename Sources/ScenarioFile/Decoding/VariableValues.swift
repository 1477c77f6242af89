/// The values of the variables of one case.
struct VariableValues: Sendable {
    /// The values by name.
    private(set) var values: [String: SourceNode]
    /// The variables whose declarations have faults, so that nothing is known of their values.
    private(set) var faulty: Set<String>

    init(_ values: [String: SourceNode], faulty: Set<String> = []) {
        self.values = values.filter { !faulty.contains($0.key) }
        self.faulty = faulty
    }

    /// Lets `${name}` stand for a round of a `repeat`.
    mutating func set(_ name: String, toRound round: Int) {
        let scalar = SourceScalar(String(round), isQuoted: false, kind: .integer)
        values[name] = SourceNode(.scalar(scalar), line: 0, column: 0)
    }

    /// `node` with its variables replaced.
    func replaced(in node: SourceNode) -> SourceNode {
        var replacement = VariableReplacement(self)
        return replacement.replace(in: node)
    }
}
