import Bytes
import JSON
import YAML

extension SettingsValue {
    /// The list as `read` decodes it from JSON, so that a value has the same members and faults in a file and in a request.
    ///
    /// The text of a variable is read as YAML.
    func list<Element>(
        _ read: (JSONValue) -> [Element]?, _ reader: inout SettingsReader
    ) throws(SettingsFault) -> [Element] {
        let value = try parsed(&reader)
        guard value.node.list != nil else { throw fault("must be a list") }
        return try value.decoded(read, &reader) ?? []
    }

    /// The mapping as `read` decodes it from JSON, as `list` does; nil after a fault was recorded.
    func mapping<Value>(
        _ read: (JSONValue) -> Value?, _ reader: inout SettingsReader
    ) throws(SettingsFault) -> Value? {
        let value = try parsed(&reader)
        guard value.node.mapping != nil else { throw fault("must be a mapping") }
        return try value.decoded(read, &reader)
    }

    private func decoded<Value>(
        _ read: (JSONValue) -> Value?, _ reader: inout SettingsReader
    ) throws(SettingsFault) -> Value? {
        var json = JSONWriter()
        var nodes = 0
        try write(node, to: &json, depth: 0, &nodes)
        do throws(JSONFaults) {
            return try JSONDocument.read(json.bytes) { read($0) }
        } catch {
            for fault in error.faults { reader.add(self.fault(at: fault.pointer, fault.detail)) }
            return nil
        }
    }

    /// The value itself or, if it is a text, the YAML in it.
    private func parsed(_ reader: inout SettingsReader) throws(SettingsFault) -> SettingsValue {
        guard let text = node.scalar?.text else { return self }
        let (node, faults) = YAMLNode.ofSettings(text)
        if let last = faults.last {
            for fault in faults.dropLast() { reader.add(self.fault(of: fault)) }
            throw fault(of: last)
        }
        guard let node else { throw fault("has no value") }
        var parsed = self
        parsed.node = node
        return parsed
    }

    /// A fault of the form of a text. The line counts in a file of its own, not in a value of the settings file.
    private func fault(of reason: YAMLFault) -> SettingsFault {
        var place = self
        if fileOption != nil, case .file(let name, _) = origin { place.origin = .file(name: name, line: reason.line) }
        return place.fault((reason.path.lastKey.map { $0.quoted() + " " } ?? "") + reason.detail)
    }

    private func write(
        _ node: YAMLNode, to json: inout JSONWriter, depth: Int, _ nodes: inout Int
    ) throws(SettingsFault) {
        nodes += 1
        guard depth < Self.maxDepth, nodes <= Self.maxNodes else {
            throw fault("has more than \(Self.maxNodes) values, or is nested too deeply")
        }
        var failure: SettingsFault?
        func writeChild(_ child: YAMLNode, _ json: inout JSONWriter) {
            do throws(SettingsFault) {
                try write(child, to: &json, depth: depth + 1, &nodes)
            } catch {
                failure = error
                json.null()
            }
        }
        switch node.content {
        case .mapping(let members):
            json.object { json in
                for member in members { json.member(key: member.key) { writeChild(member.value, &$0) } }
            }
        case .list(let items):
            json.array { json in
                for child in items where failure == nil { writeChild(child, &json) }
            }
        case .scalar(let scalar): write(scalar, to: &json)
        }
        if let failure { throw failure }
    }

    private static let maxDepth = 16
    private static let maxNodes = 10_000

    private func write(_ scalar: YAMLScalar, to json: inout JSONWriter) {
        let text = scalar.text
        switch text {
        case _ where !scalar.isPlain: json.value(text)
        case "true", "false": json.value(text == "true")
        case "", "~", "null": json.null()
        default:
            if let number = Int64(text), String(number) == text { json.value(number) } else { json.value(text) }
        }
    }

    /// A fault at the position of a JSON pointer. Below a variable or a file of its own, the path begins without the group.
    private func fault(at pointer: String, _ detail: String) -> SettingsFault {
        var place = self
        let group = key.lastIndex(of: ".").map { key[...$0] } ?? ""
        if fileOption != nil { place.key = String(key.dropFirst(group.count)) }
        for part in pointer.split(separator: "/") {
            if let index = Int(part), let child = place.node.list?.dropFirst(index).first {
                place = place.child(child, key: "\(place.key)[\(index)]")
            } else if let child = place.node.mapping?.first(where: { $0.key == part })?.value {
                place = place.child(child, key: "\(place.key).\(part)")
            } else {
                place.key += ".\(part)"
            }
        }
        if case .environment = origin, place.key != key {
            return place.fault("\(place.key.dropFirst(group.count).escapingInvisible): \(detail)")
        }
        return place.fault(detail)
    }
}
