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
    /// The names of variables whose declarations have faults.
    private var faulty: Set<String> = []
    /// The names that the command line can set.
    private(set) var names: Set<String> = []

    /// The most cases of a scenario.
    private static let mostRows = 1000

    init(_ document: SourceNode, given: [String: String]) {
        var defaults: [String: SourceNode] = [:]
        for member in members(of: document, "variables") {
            let path = "variables.\(member.key)"
            declare(member, path)
            check(member.value, of: member.key, path)
            names.insert(member.key)
            defaults[member.key] = given[member.key].map { SourceNode(plain: $0, at: member.value) } ?? member.value
        }
        guard let matrix = document["matrix"] else {
            rows = [Row(title: nil, values: VariableValues(defaults, faulty: faulty))]
            return
        }
        switch matrix.content {
        case .mapping(let members): combine(members, matrix, defaults)
        case .list(let items): list(items, matrix, defaults)
        case .scalar: fault(matrix, "matrix", "must be a mapping of lists, or a list of rows, not \(matrix.shownType)")
        }
        if rows.isEmpty {
            // The rest of the scenario is checked nevertheless.
            faulty.formUnion(declared.map(\.name))
            rows = [Row(title: nil, values: VariableValues(defaults, faulty: faulty))]
        }
    }

    private mutating func members(of document: SourceNode, _ key: String) -> [SourceMember] {
        guard let node = document[key] else { return [] }
        guard let members = node.mapping else {
            fault(node, key, "must be a mapping of names to values, not \(node.shownType)")
            return []
        }
        return members
    }

    /// Records where a variable is declared, and the fault of its name.
    private mutating func declare(_ member: SourceMember, _ path: String) {
        if VariableText.isName(member.key) {
            return declared.append((member.key, Place(line: member.line, path: path)))
        }
        faults.append(
            SourceFault(
                line: member.line, path: path,
                "a variable's name begins with a letter or _ and has letters, digits and _ only"))
    }

    private mutating func check(_ value: SourceNode, of name: String, _ path: String) {
        if value.mapping == nil { return }
        fault(value, path, "must be a text, a number, a boolean or a list, not a mapping")
        faulty.insert(name)
    }

    private mutating func fault(_ node: SourceNode, _ path: String, _ detail: String) {
        faults.append(SourceFault(line: node.line, path: path, detail))
    }

    /// All combinations, the last name fastest.
    private mutating func combine(_ members: [SourceMember], _ matrix: SourceNode, _ defaults: [String: SourceNode]) {
        var combined: [[(String, SourceNode)]] = [[]]
        var count = 1
        for member in members {
            let path = "matrix.\(member.key)"
            declare(member, path)
            guard let values = member.value.list, !values.isEmpty else {
                fault(member.value, path, "must be a list of at least one value")
                faulty.insert(member.key)
                continue
            }
            for (index, value) in values.enumerated() { check(value, of: member.key, "\(path)[\(index)]") }
            count = count.multipliedReportingOverflow(by: values.count).overflow ? .max : count * values.count
            if count > Self.mostRows { continue }
            combined = combined.flatMap { row in values.map { row + [(member.key, $0)] } }
        }
        if members.isEmpty { fault(matrix, "matrix", "must have a row") }
        if count > Self.mostRows {
            return fault(matrix, "matrix", "makes \(count) cases; at most \(Self.mostRows) are allowed")
        }
        rows = combined.map { Row(title: Self.title(of: $0), values: values($0, defaults)) }
    }

    /// The rows as given; all have the same keys.
    private mutating func list(_ items: [SourceNode], _ matrix: SourceNode, _ defaults: [String: SourceNode]) {
        if items.isEmpty { fault(matrix, "matrix", "must have a row") }
        if items.count > Self.mostRows {
            fault(matrix, "matrix", "makes \(items.count) cases; at most \(Self.mostRows) are allowed")
        }
        var keys: [String]?
        for (index, item) in items.prefix(Self.mostRows).enumerated() {
            let path = "matrix[\(index)]"
            guard var members = item.mapping else {
                fault(item, path, "must be a mapping of names to values, not \(item.shownType)")
                continue
            }
            if let keys {
                guard let checked = checked(members, of: item, path, keys) else { continue }
                members = checked
            } else {
                keys = members.map(\.key)
                for member in members { declare(member, "\(path).\(member.key)") }
            }
            for member in members { check(member.value, of: member.key, "\(path).\(member.key)") }
            let row = members.map { ($0.key, $0.value) }
            let title = row.first { $0.0 == "case" }?.1.text ?? Self.title(of: row)
            rows.append(Row(title: title, values: values(row, defaults)))
        }
    }

    /// The members of a row with the `keys` of the first row; nil if they are not the same, besides their spelling.
    private mutating func checked(
        _ members: [SourceMember], of row: SourceNode, _ path: String, _ keys: [String]
    ) -> [SourceMember]? {
        var members = members
        let given = Set(members.map(\.key))
        let known = Set(keys)
        var missing = keys.filter { !given.contains($0) }
        var isKnown = true
        for (index, member) in members.enumerated() where !known.contains(member.key) {
            let nearest = missing.nearest(to: member.key)
            let hint = nearest.map { "; did you mean \($0)?" } ?? ""
            faults.append(
                SourceFault(
                    line: member.line, path: "\(path).\(member.key)", "the first row has no \(member.key)" + hint))
            if let nearest {
                members[index].key = nearest
                missing.removeAll { $0 == nearest }
            } else {
                isKnown = false
            }
        }
        if let name = missing.first { fault(row, path, "\(name) is missing, which the first row has") }
        return isKnown && missing.isEmpty ? members : nil
    }

    private static func title(of row: [(String, SourceNode)]) -> String {
        row.map { "\($0)=\($1.shownText)" }.joined(separator: ", ")
    }

    private func values(_ row: [(String, SourceNode)], _ defaults: [String: SourceNode]) -> VariableValues {
        VariableValues(defaults.merging(row) { $1 }, faulty: faulty)
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
