import Yams

/// A configuration file as keys and values: two levels, the groups and their members.
struct SettingsDocument {
    /// The given values, by key path.
    private(set) var values: [String: SettingsValue] = [:]
    /// Keys of the first level that have no value. They set nothing, but their names are checked.
    private(set) var absent: [SettingsValue] = []
    /// Faults in the structure of the file: not YAML, not a mapping, duplicate keys.
    private(set) var faults: [SettingsFault] = []

    private let name: String

    /// Prefix of a key that is set aside: a private-use character, which YAML allows and our keys do not contain.
    private static let mark: Unicode.Scalar = "\u{E000}"

    /// Reads `file`. An empty file gives no values and is not a fault.
    init(_ file: SettingsFile) {
        name = file.name
        // Yams takes milliseconds to start, so it is not called for an empty file.
        guard !file.text.isEmpty, let root = compose(file.text), root.scalar?.string.isEmpty != true else { return }
        guard let mapping = root.mapping else {
            faults.append(fault(root.mark, "must contain a mapping"))
            return
        }
        for (key, node) in mapping where !Self.isSetAside(key.text) {
            if key.text.contains(".") {
                // Members of groups have such paths, but the file writes them as mappings.
                faults.append(fault(key.mark, key: key.text, "unknown setting"))
            } else if let group = node.mapping, !group.isEmpty {
                for (member, value) in group where !Self.isSetAside(member.text) {
                    add(value, key: key.text + "." + member.text, line: member.mark?.line)
                }
            } else if let scalar = node.scalar, scalar.string.isEmpty, scalar.style == .plain {
                absent.append(value(node, key: key.text, line: key.mark?.line))
            } else {
                add(node, key: key.text, line: key.mark?.line)
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
        do {
            for _ in 0..<SettingsDocument.maxSetAside {
                do {
                    return try Yams.compose(yaml: text)
                } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                    let key = keys.first ?? ""
                    if !Self.isSetAside(key) { faults.append(fault(context.mark, key: key, "is given more than once")) }
                    guard let rest = Self.settingAside(key, at: context.mark, in: text) else { return nil }
                    text = rest
                }
            }
        } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _)
        {
            faults.append(fault(mark, "is not YAML: \(problem)"))
        } catch YamlError.reader(let problem, _, _, _) {
            faults.append(fault(nil, "is not YAML: \(problem)"))
        } catch {
            faults.append(fault(nil, "is not YAML"))
        }
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
