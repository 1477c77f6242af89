import JSON

/// The differences between the lines of a golden file and those that were found: a line more or less is one difference, not many.
struct GoldenDifference {
    /// The differences, by line; at most `most`.
    let fields: [ComparedField]
    /// How many lines differ.
    let count: Int

    /// More lines than this are compared one by one: the comparison of two long files takes the product of their differences.
    private static let mostCompared = 4000

    init(wanted: [String], found: [String], most: Int) {
        var removed: [Int: String] = [:]
        var inserted: [Int: String] = [:]
        if max(wanted.count, found.count) <= Self.mostCompared {
            for change in found.difference(from: wanted) {
                switch change {
                case .remove(let offset, let line, _): removed[offset] = line
                case .insert(let offset, let line, _): inserted[offset] = line
                }
            }
        } else {
            for offset in 0..<max(wanted.count, found.count) {
                let (old, new) = (wanted.dropFirst(offset).first, found.dropFirst(offset).first)
                if old != new { (removed[offset], inserted[offset]) = (old, new) }
            }
        }
        let offsets = Set(removed.keys).union(inserted.keys).sorted()
        count = offsets.count
        fields = Array(offsets.lazy.flatMap { Self.fields(removed[$0], inserted[$0], line: $0 + 1) }.prefix(most))
    }

    /// The difference at a line: the members that differ, or the line that is missing or too many.
    private static func fields(_ wanted: String?, _ found: String?, line: Int) -> [ComparedField] {
        guard let wanted, let found, let old = JSONTree(parsing: wanted), let new = JSONTree(parsing: found) else {
            return [
                ComparedField(
                    criterion: "line \(line)", expected: wanted.map { .string($0) } ?? .null,
                    actual: found.map { .string($0) } ?? .null,
                    note: found == nil ? "missing" : wanted == nil ? "not expected: \(found ?? "")" : nil, isMet: false)
            ]
        }
        return differences(old, new, at: "line \(line)", ": ")
    }

    /// The members that differ below `path`, which `separator` divides from their names.
    private static func differences(
        _ wanted: JSONTree, _ found: JSONTree, at path: String, _ separator: String = "."
    ) -> [ComparedField] {
        if wanted == found { return [] }
        guard case .object(let old) = wanted, case .object(let new) = found else {
            return [ComparedField(criterion: path, expected: wanted, actual: found, isMet: false)]
        }
        let names = old.map(\.name) + new.map(\.name).filter { name in !old.contains { $0.name == name } }
        return names.flatMap { name in
            let (path, old, new) = (path + separator + name, wanted[name], found[name])
            if let old, let new { return differences(old, new, at: path) }
            let note = new.map { "not expected: \($0.words)" } ?? "missing"
            return [
                ComparedField(
                    criterion: path, expected: old ?? .null, actual: new ?? .null, note: note, isMet: false)
            ]
        }
    }
}

extension JSONTree {
    /// The value of JSON text; nil if it is not JSON.
    fileprivate init?(parsing text: String) {
        guard let tree = try? JSONDocument.read(Array(text.utf8), { JSONTree($0) }) else { return nil }
        self = tree
    }
}
