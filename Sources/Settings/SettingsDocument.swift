import Bytes
import YAML

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

    /// Reads `file`. An empty file gives no values and is not a fault.
    init(_ file: SettingsFile) {
        name = file.name
        let (root, faultsOfForm) = YAMLNode.ofSettings(file.text)
        for fault in faultsOfForm {
            faults.append(
                SettingsFault(
                    origin: .file(name: name, line: fault.line),
                    key: fault.path.steps.isEmpty ? nil : fault.path.description, detail: fault.detail))
        }
        guard let root, !root.isNull else { return }
        guard let mapping = root.mapping else {
            faults.append(fault(root.position, "must be a mapping of groups, such as server:"))
            return
        }
        for group in mapping {
            let key = group.key
            lines[key] = group.keyPosition.line
            if let dot = key.lastIndex(of: ".") {
                // Members of groups have such paths, but the file writes them as mappings.
                let (name, member) = (key[..<dot], key[key.index(after: dot)...])
                faults.append(
                    fault(
                        group.keyPosition, key: key,
                        "unknown setting; write \(member): below \(name):, with two spaces before it"))
            } else if let members = group.value.mapping, !members.isEmpty {
                for member in members {
                    add(member.value, key: key + "." + member.key, line: member.keyPosition.line)
                }
            } else if group.value.isNull {
                absent.append(value(group.value, key: key, line: group.keyPosition.line))
            } else {
                add(group.value, key: key, line: group.keyPosition.line)
            }
        }
    }

    private mutating func add(_ node: YAMLNode, key: String, line: Int) {
        values[key] = value(node, key: key, line: line)
    }

    private func value(_ node: YAMLNode, key: String, line: Int) -> SettingsValue {
        SettingsValue(node: node, key: key, origin: .file(name: name, line: line))
    }

    private func fault(_ position: YAMLPosition, key: String? = nil, _ detail: String) -> SettingsFault {
        SettingsFault(origin: .file(name: name, line: position.line), key: key, detail: detail)
    }
}

extension YAMLNode {
    /// The one document of a configuration file, or of a value that is YAML, and the faults of its form. There is no document in
    /// an empty text, and after some faults.
    static func ofSettings(_ text: String) -> (root: YAMLNode?, faults: [YAMLFault]) {
        let limits = YAMLStream.Limits(nodes: 1 << 19, textBytes: 1 << 24)
        let stream = YAMLStream(Array(text.utf8), limits: limits, dialect: .lenient)
        var faults = stream.faults
        if stream.unlistedFaults > 0 { faults.append(YAMLFault(line: nil, stream.unlistedFaults.faultsNotListed)) }
        if stream.documents.count > 1 {
            let line = stream.documents[1].position.line
            faults.append(YAMLFault(line: line, "is not YAML: expected one document, found another"))
        }
        return (stream.documents.first, faults)
    }
}
