import Bytes
import Yams

/// A value given for a key, and its origin.
struct SettingsValue {
    var node: Node
    var key: String
    var origin: SettingsFault.Origin

    /// A fault of the value.
    func fault(_ detail: String) -> SettingsFault {
        SettingsFault(origin: origin, key: key, detail: detail)
    }

    /// A text, quoted or not; never empty.
    func text() throws(SettingsFault) -> String {
        guard let scalar = node.scalar else { throw fault("must be a single value") }
        guard !scalar.string.isEmpty, !isNull(scalar) else { throw fault("has no value") }
        return scalar.string
    }

    /// A decimal number without leading zeros, which the versions of YAML read differently.
    func integer(in range: ClosedRange<Int>) throws(SettingsFault) -> Int {
        let text = try plainText()
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard digits.utf8.isDecimal, digits.count == 1 || digits.first != "0"
        else { throw fault("\(quoted(text)) is not a whole number") }
        guard let number = Int(text), range.contains(number) else {
            throw fault("\(shortened(text)) is not in \(range.lowerBound)...\(range.upperBound)")
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
            throw fault("\(quoted(text)) is not one of \(names.joined(separator: ", "))")
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
        guard let sequence = node.sequence else { throw fault("must be a list") }
        return sequence.enumerated().map { child($1, key: "\(key)[\($0)]") }
    }

    /// The members of a mapping, in order.
    func members() throws(SettingsFault) -> [(name: String, value: SettingsValue)] {
        guard let mapping = node.mapping else { throw fault("must be a mapping") }
        return mapping.filter { !SettingsDocument.isSetAside($0.key.text) }.map {
            ($0.text, child($1, key: "\(key).\($0.text)"))
        }
    }

    /// `text` as shown in a fault: short enough for a line.
    func quoted(_ text: String) -> String { "\"\(shortened(text))\"" }

    private func shortened(_ text: String) -> String {
        text.unicodeScalars.count <= 80 ? text : String(text.unicodeScalars.prefix(80)) + "..."
    }

    private func plainText() throws(SettingsFault) -> String {
        let text = try text()
        guard node.scalar?.style == .plain else { throw fault("\(quoted(text)) must be written without quotes") }
        return text
    }

    private func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// The value of `node`, a part of this one.
    func child(_ node: Node, key: String) -> SettingsValue {
        var child = SettingsValue(node: node, key: key, origin: origin)
        if case .file(let name, _) = origin { child.origin = .file(name: name, line: node.mark?.line) }
        return child
    }
}

extension Node {
    /// A key as text. A key that is not text is replaced by a text that is not a key.
    var text: String { scalar?.string ?? "?" }
}
