import Yams

/// A configuration file as keys and values: two levels, the groups and their members.
struct SettingsDocument {
    /// The given values, by key path.
    private(set) var values: [String: SettingsValue] = [:]
    /// Keys of the first level that have no value. They set nothing, but their names are checked.
    private(set) var absent: [SettingsValue] = []
    /// Faults in the structure of the file: not YAML, not a mapping, duplicate keys.
    private(set) var faults: [SettingsFault] = []

    /// The lines of the keys of the first level.
    private(set) var lines: [String: Int] = [:]

    private let name: String
    /// The number of keys that were set aside.
    private var setAsideCount = 0

    /// Prefix of a key that is set aside: a private-use character, which YAML allows and our keys do not contain.
    private static let mark: Unicode.Scalar = "\u{E000}"

    /// Reads `file`. An empty file gives no values and is not a fault.
    init(_ file: SettingsFile) {
        name = file.name
        // Yams takes milliseconds to start, so it is not called for an empty file.
        guard !file.text.isEmpty, let root = compose(file.text), !root.isNull else { return }
        guard let mapping = root.mapping else {
            faults.append(fault(root.mark, "must be a mapping of groups, such as server:"))
            return
        }
        var count = 0
        guard root.count(upTo: SettingsDocument.maxNodes, &count) else {
            faults.append(
                fault(nil, "has more than \(SettingsDocument.maxNodes) values, counting what its aliases repeat"))
            return
        }
        addDuplicates(in: root, path: "")
        for (key, node) in mapping where !Self.isSetAside(key.text) {
            lines[key.text] = key.mark?.line
            if let dot = key.text.lastIndex(of: ".") {
                // Members of groups have such paths, but the file writes them as mappings.
                let (group, member) = (key.text[..<dot], key.text[key.text.index(after: dot)...])
                faults.append(
                    fault(
                        key.mark, key: key.text,
                        "unknown setting; write \(member): below \(group):, with two spaces before it"))
            } else if let group = node.mapping, !group.isEmpty {
                for (member, value) in group where !Self.isSetAside(member.text) {
                    add(value, key: key.text + "." + member.text, line: member.mark?.line)
                }
            } else if node.isNull {
                absent.append(value(node, key: key.text, line: key.mark?.line))
            } else {
                add(node, key: key.text, line: key.mark?.line)
            }
        }
    }

    /// The maximum number of nodes, where an alias counts as often as what it repeats. A file without aliases has fewer.
    static let maxNodes = 1 << 19

    /// Records a fault for each key that was set aside, at the next one that is equal to it.
    private mutating func addDuplicates(in node: Node, path: String) {
        if setAsideCount == 0 { return }
        if let mapping = node.mapping {
            var first: [String: Int] = [:]
            for (key, value) in mapping {
                let name = String(key.text.unicodeScalars.drop { $0 == Self.mark })
                let line = key.mark?.line ?? 0
                if let line = first[name] {
                    faults.append(fault(key.mark, key: path + name, "is given more than once, first in line \(line)"))
                } else {
                    first[name] = line
                }
                addDuplicates(in: value, path: path + name + ".")
            }
        } else if let sequence = node.sequence {
            for (index, item) in sequence.enumerated() {
                addDuplicates(in: item, path: path.dropLast() + "[\(index)].")
            }
        }
    }

    private mutating func add(_ node: Node, key: String, line: Int?) {
        values[key] = value(node, key: key, line: line)
    }

    private func value(_ node: Node, key: String, line: Int?) -> SettingsValue {
        SettingsValue(node: node, key: key, origin: .file(name: name, line: line))
    }

    private func fault(_ mark: Mark?, key: String? = nil, _ detail: String) -> SettingsFault {
        SettingsFault(origin: .file(name: name, line: mark?.line), key: key, detail: detail)
    }

    /// The file's root. Yams stops at the first duplicate key. That key is set aside and the file read again, to find
    /// the other faults too.
    private mutating func compose(_ text: String) -> Node? {
        var text = text
        var duplicates: [SettingsFault] = []
        do {
            for _ in 0..<SettingsDocument.maxSetAside {
                do {
                    return try Yams.compose(yaml: text)
                } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                    let key = keys.first ?? ""
                    if !Self.isSetAside(key) {
                        duplicates.append(fault(context.mark, key: key, "is given more than once"))
                    }
                    guard let rest = Self.settingAside(key, at: context.mark, in: text) else { break }
                    text = rest
                    setAsideCount += 1
                }
            }
        } catch {
            let reason = YAMLFault(error)
            faults.append(fault(reason.mark, reason.detail))
        }
        // Without a root, their groups are unknown.
        faults += duplicates
        return nil
    }

    /// Maximum number of keys that are set aside.
    private static let maxSetAside = 100

    /// Whether `key` is the first of two equal keys.
    static func isSetAside(_ key: String) -> Bool { key.unicodeScalars.first == mark }

    /// `text` with a mark on `key`, which starts at `position`; nil if the key is not found there.
    private static func settingAside(_ key: String, at position: Mark, in text: String) -> String? {
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        guard lines.indices.contains(position.line - 1) else { return nil }
        let line = lines[position.line - 1]
        var column = position.column - 1
        if column < line.count, line[column] == "\"" || line[column] == "'" { column += 1 }
        guard column <= line.count, line[column...].starts(with: Array(key.unicodeScalars)) else { return nil }
        lines[position.line - 1].insert(mark, at: column)
        return lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
    }
}

extension Node {
    /// Adds the number of nodes in this one to `count`; false once there are more than `limit`.
    fileprivate func count(upTo limit: Int, _ count: inout Int) -> Bool {
        count += 1
        if count > limit { return false }
        switch self {
        case .scalar, .alias: return true
        case .sequence(let sequence):
            for item in sequence where !item.count(upTo: limit, &count) { return false }
        case .mapping(let mapping):
            for (key, value) in mapping where !(key.count(upTo: limit, &count) && value.count(upTo: limit, &count)) {
                return false
            }
        }
        return true
    }
}
