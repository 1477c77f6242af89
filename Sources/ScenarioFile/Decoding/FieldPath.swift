import Bytes
import Messages
import Scenarios

/// The paths of nested fields, as suggestions show them: `sync.*.ioTimeoutCount`, where `*` stands for any operation.
enum FieldPath {
    private static let most = 3

    /// The paths that end in `name`, or in a name near it, or have it as a part; at most three.
    static func paths(like name: String, in fields: [FieldType.Field]) -> [String] {
        let leaves = leaves(of: fields, below: "")
        let names = leaves.map(\.name)
        let word = singular(name.lowercased())
        let exact = names.contains(name) ? name : names.nearest(to: name)
        let found =
            exact.map { exact in leaves.filter { $0.name == exact } }
            ?? (word.utf8.count < 4 ? [] : leaves.filter { $0.name.lowercased().contains(word) })
        return found.prefix(most).map(\.path)
    }

    private static func singular(_ word: String) -> String { word.hasSuffix("s") ? String(word.dropLast()) : word }

    /// The fields without members, each path once.
    private static func leaves(of fields: [FieldType.Field], below path: String) -> [(name: String, path: String)] {
        // The objects of operations have the same members.
        let isByOperation = fields.count > 1 && fields.allSatisfy { SyncOperation(name: $0.name) != nil }
        return fields.prefix(isByOperation ? 1 : fields.count).flatMap { field in
            let own = path + (isByOperation ? "*" : field.name)
            if case .members(let members) = field.type { return leaves(of: members, below: own + ".") }
            return [(field.name, own)]
        }
    }
}
