import Bytes

/// The variables and the matrix of a scenario.
struct Variables {
    /// A row of the matrix, or the only one without a matrix.
    struct Row {
        /// Its name in the case's; nil without a matrix.
        let title: String?
        let values: VariableValues
    }

    /// Where a variable is declared.
    struct Place {
        let line: Int
        let path: String
    }

    private(set) var rows: [Row] = []
    /// Where each variable is declared.
    private(set) var declared: [(name: String, place: Place)] = []
    private(set) var faults: [SourceFault] = []
    /// The names that the command line can set.
    private(set) var names: Set<String> = []

    /// The most cases of a scenario.
    private static let mostRows = 1000

    init(_ document: SourceNode, given: [String: String]) {
        var defaults: [String: SourceNode] = [:]
        for member in members(of: document, "variables") {
            let path = "variables.\(member.key)"
            check(member, path)
            declared.append((member.key, Place(line: member.line, path: path)))
            names.insert(member.key)
            defaults[member.key] = given[member.key].map { SourceNode(plain: $0, at: member.value) } ?? member.value
        }
        guard let matrix = document["matrix"] else {
            rows = [Row(title: nil, values: VariableValues(defaults))]
            return
        }
        switch matrix.content {
        case .mapping(let members): combine(members, matrix, defaults)
        case .list(let items): list(items, matrix, defaults)
        case .scalar: fault(matrix, "matrix", "must be a mapping of lists, or a list of rows")
        }
    }

    private mutating func members(of document: SourceNode, _ key: String) -> [SourceMember] {
        guard let node = document[key] else { return [] }
        guard let members = node.mapping else {
            fault(node, key, "must be a mapping of names to values")
            return []
        }
        return members
    }

    private mutating func check(_ member: SourceMember, _ path: String) {
        if !VariableText.isName(member.key) {
            faults.append(
                SourceFault(
                    line: member.line, path: path,
                    "a variable's name begins with a letter or _ and has letters, digits and _ only"))
        }
        if member.value.mapping != nil {
            faults.append(SourceFault(line: member.line, path: path, "must be a text, a number, a boolean or a list"))
        }
    }

    private mutating func fault(_ node: SourceNode, _ path: String, _ detail: String) {
        faults.append(SourceFault(line: node.line, path: path, detail))
    }

    /// All combinations, the last name fastest.
    private mutating func combine(_ members: [SourceMember], _ matrix: SourceNode, _ defaults: [String: SourceNode]) {
        var combined: [[(String, SourceNode)]] = [[]]
        for member in members {
            let path = "matrix.\(member.key)"
            check(member, path)
            declared.append((member.key, Place(line: member.line, path: path)))
            guard let values = member.value.list, !values.isEmpty else {
                fault(member.value, path, "must be a list of at least one value")
                continue
            }
            guard combined.count * values.count <= Self.mostRows else {
                fault(matrix, "matrix", "makes more than \(Self.mostRows) cases")
                return
            }
            combined = combined.flatMap { row in values.map { row + [(member.key, $0)] } }
        }
        if members.isEmpty { fault(matrix, "matrix", "must have a row") }
        rows = combined.map { row in
            Row(title: Self.title(of: row), values: Self.values(row, defaults))
        }
    }

    /// The rows as given; all have the same keys.
    private mutating func list(_ items: [SourceNode], _ matrix: SourceNode, _ defaults: [String: SourceNode]) {
        if items.isEmpty { fault(matrix, "matrix", "must have a row") }
        if items.count > Self.mostRows { fault(matrix, "matrix", "makes more than \(Self.mostRows) cases") }
        var keys: [String]?
        for (index, item) in items.prefix(Self.mostRows).enumerated() {
            let path = "matrix[\(index)]"
            guard let members = item.mapping else {
                fault(item, path, "must be a mapping of names to values")
                continue
            }
            for member in members { check(member, "\(path).\(member.key)") }
            let given = members.map(\.key)
            if let keys {
                let missing = keys.filter { !given.contains($0) }
                let unknown = given.filter { !keys.contains($0) }
                if let name = missing.first { fault(item, path, "\(name) is missing, which the first row has") }
                if let name = unknown.first {
                    fault(item, "\(path).\(name)", "the first row has no \(name)" + keys.hint(for: name))
                }
                if !missing.isEmpty || !unknown.isEmpty { continue }
            } else {
                keys = given
                declared += members.map { ($0.key, Place(line: $0.line, path: "\(path).\($0.key)")) }
            }
            let row = members.map { ($0.key, $0.value) }
            let title = item["case"]?.text ?? Self.title(of: row)
            rows.append(Row(title: title, values: Self.values(row, defaults)))
        }
    }

    private static func title(of row: [(String, SourceNode)]) -> String {
        row.map { "\($0)=\($1.shownText)" }.joined(separator: ", ")
    }

    private static func values(_ row: [(String, SourceNode)], _ defaults: [String: SourceNode]) -> VariableValues {
        VariableValues(defaults.merging(row) { $1 })
    }
}

extension SourceNode {
    /// A scalar of the command line: a text if the default is one, else of the type that it has without quotes.
    fileprivate init(plain text: String, at node: SourceNode) {
        self.init(
            .scalar(SourceScalar(text, isQuoted: node.scalar?.kind == .text)), line: node.line, column: node.column)
    }

    /// The value in the name of a case.
    fileprivate var shownText: String {
        switch content {
        case .scalar(let scalar): scalar.text
        case .list(let items): "[" + items.map(\.shownText).joined(separator: ", ") + "]"
        case .mapping: "{...}"
        }
    }
}
