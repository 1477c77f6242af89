import Bytes
import YAML

/// A value given for a key, and its origin.
struct SettingsValue {
    var node: YAMLNode
    var key: String
    var origin: SettingsFault.Origin
    /// The option that names the file whose whole content the value is; nil for any other value.
    var fileOption: String?

    /// A fault of the value. A file that an option names has no keys.
    func fault(_ detail: String) -> SettingsFault {
        SettingsFault(origin: origin, key: fileOption == nil ? key : nil, detail: detail)
    }

    /// A fault that consists in giving the value at all.
    func faultOfUse(_ detail: String) -> SettingsFault {
        SettingsFault(origin: fileOption.map { .flag($0) } ?? origin, key: key, detail: detail)
    }

    /// A text, quoted or not; never empty.
    func text() throws(SettingsFault) -> String {
        guard let scalar = node.scalar else { throw fault("must be a single value, not \(node.kind)") }
        guard !scalar.text.isEmpty, !node.isNull else { throw fault("has no value") }
        return scalar.text
    }

    /// A decimal number without leading zeros, which the versions of YAML read differently.
    func integer(in range: ClosedRange<Int>) throws(SettingsFault) -> Int {
        let text = try plainText()
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard digits.utf8.isDecimal, digits.count == 1 || digits.first != "0"
        else { throw fault("\(quoted(text)) is not a whole number" + unitHint(text)) }
        guard let number = Int(text), range.contains(number) else {
            let unit = unit.map { " \($0)" } ?? ""
            throw fault(
                "\(String(text.unicodeScalars.prefix(80))) is not in \(range.lowerBound)...\(range.upperBound)\(unit)")
        }
        return number
    }

    /// `true` or `false`.
    func flag() throws(SettingsFault) -> Bool {
        let text = try plainText()
        guard let flag = Bool(text) else { throw fault("\(quoted(text)) is not true or false") }
        return flag
    }

    /// One of the names of `Choice`.
    func choice<Choice: RawRepresentable & CaseIterable>(
        of: Choice.Type = Choice.self
    ) throws(SettingsFault) -> Choice where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        guard let choice = Choice(rawValue: try name(among: names)) else { preconditionFailure("not a choice") }
        return choice
    }

    /// One of `names`.
    func name(among names: [String]) throws(SettingsFault) -> String {
        let text = try text()
        guard names.contains(text) else {
            throw fault("\(quoted(text)) is not one of \(names.joined(separator: ", "))" + names.hint(for: text))
        }
        return text
    }

    /// The path of a file. Whether the file exists is not checked here.
    func path() throws(SettingsFault) -> String {
        let text = try text()
        guard !text.utf8.contains(0) else { throw fault("contains a NUL") }
        return text
    }

    /// The entries of a list, `key[0]`, `key[1]`, ...
    func items() throws(SettingsFault) -> [SettingsValue] {
        guard let list = node.list else { throw fault(ofKind: "a list") }
        return list.enumerated().map { child($1, key: "\(key)[\($0)]") }
    }

    /// The members of a mapping, in order.
    func members() throws(SettingsFault) -> [(name: String, value: SettingsValue)] {
        guard let mapping = node.mapping else { throw fault(ofKind: "a mapping") }
        return mapping.map { ($0.key, child($0.value, key: "\(key).\($0.key)")) }
    }

    /// `text` as shown in a fault: short enough for a line.
    func quoted(_ text: String) -> String { text.quoted(limit: 80) }

    /// The fault of a value that is neither a list nor a mapping, as it should be. A variable can be neither.
    func fault(ofKind kind: String) -> SettingsFault {
        if case .environment = origin {
            return fault("\(key) is \(kind), which a variable cannot give; write it in the configuration file")
        }
        return fault("must be \(kind), not \(node.kind)")
    }

    /// The unit that the last word of the key names; nil without one.
    private var unit: String? {
        key.hasSuffix("Ms")
            ? "milliseconds" : key.hasSuffix("Seconds") ? "seconds" : key.hasSuffix("Bytes") ? "bytes" : nil
    }

    /// ` of milliseconds; write 5000`, for `5s`.
    private func unitHint(_ text: String) -> String {
        guard let unit else { return "" }
        guard let meant = Milliseconds(text)?.count else { return " of \(unit)" }
        switch unit {
        case "milliseconds": return " of milliseconds; write \(meant)"
        case "seconds" where meant % 1000 == 0: return " of seconds; write \(meant / 1000)"
        default: return " of \(unit)"
        }
    }

    private func plainText() throws(SettingsFault) -> String {
        let text = try text()
        guard node.scalar?.isPlain == true else { throw fault("\(quoted(text)) must be written without quotes") }
        return text
    }

    /// The value of `node`, a part of this one.
    func child(_ node: YAMLNode, key: String) -> SettingsValue {
        var child = SettingsValue(node: node, key: key, origin: origin)
        if case .file(let name, _) = origin { child.origin = .file(name: name, line: node.position.line) }
        return child
    }
}

extension YAMLNode {
    /// The value of a variable or a flag, as if it were written without quotes in a file.
    init(plain text: String) {
        self.init(.scalar(YAMLScalar(text, isPlain: true)), at: YAMLPosition(line: 1, column: 1))
    }

    /// Whether it is one of YAML's words for no value. An empty scalar is one too, but not in quotes.
    var isNull: Bool {
        guard let scalar, scalar.isPlain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.text)
    }

    /// What it is, for messages: `a list`, `a mapping`. A text is not shown: it may be a secret.
    fileprivate var kind: String {
        switch content {
        case .list: "a list"
        case .mapping: "a mapping"
        case .scalar: "a text"
        }
    }
}
