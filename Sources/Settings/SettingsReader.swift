import Bytes
import YAML

/// Reads settings from their sources and collects the faults.
///
/// Reading a key makes it known. In the end, keys that were given but never read are faults.
struct SettingsReader {
    /// The faults found so far.
    private(set) var faults: [SettingsFault]

    private let flags: [String: SettingsValue]
    private let environment: SettingsEnvironment
    private let document: SettingsDocument
    /// The keys that were read.
    private(set) var known: Set<String> = []
    /// Those of them that are lists or mappings, which a variable cannot give.
    private var structures: Set<String> = []

    init(file: SettingsFile?, environment: [String: String], flags: [SettingsFlag]) {
        document = file.map(SettingsDocument.init) ?? SettingsDocument(SettingsFile(name: "", text: ""))
        self.environment = SettingsEnvironment(environment)
        self.flags = Dictionary(flags.map { ($0.key, $0.settingsValue) }, uniquingKeysWith: { $1 })
        faults = document.faults
    }

    /// The values given for `key`: by a flag, by the environment, in the file. All are checked; the first one is used.
    mutating func given(_ key: String) -> [SettingsValue] {
        known.insert(key)
        return sources(of: key).compactMap(\.self)
    }

    /// The values given for `key` by each kind of source, in the order of precedence.
    private func sources(of key: String) -> [SettingsValue?] {
        [flags[key], environment.value(of: key), document.values[key]]
    }

    /// The effective text of `key` at the precedence of `given` and below.
    func text(_ key: String, seenFrom given: SettingsValue) -> String? {
        let first =
            switch given.origin {
            case .flag: 0
            case .file where given.fileOption != nil: 0
            case .environment: 1
            case .file: 2
            }
        return sources(of: key)[first...].compactMap(\.self).first?.node.scalar?.text
    }

    /// The value of `key` as parsed by `parse`; nil if none was given or the effective one is faulty.
    mutating func read<Value>(
        _ key: String, _ parse: (SettingsValue) throws(SettingsFault) -> Value
    ) -> Value? {
        let values: [Value?] = given(key).map { given in
            do throws(SettingsFault) {
                return try parse(given)
            } catch {
                faults.append(error)
                return nil
            }
        }
        return values.first.flatMap(\.self)
    }

    /// The entries or members of `key` as parsed by `parse`, as `read`; a variable cannot give them.
    mutating func readStructure<Value>(
        _ key: String, _ parse: (SettingsValue) throws(SettingsFault) -> Value
    ) -> Value? {
        structures.insert(key)
        return read(key, parse)
    }

    /// Replaces `value` by the number given for `key`, if any.
    mutating func integer<Number: BinaryInteger>(_ key: String, _ range: ClosedRange<Int>, _ value: inout Number) {
        let number = read(key) { given throws(SettingsFault) in try given.integer(in: range) }
        value = number.map { Number($0) } ?? value
    }

    /// Replaces `value` by the milliseconds given for `key`, if any.
    mutating func milliseconds(_ key: String, _ range: ClosedRange<Int>, _ value: inout Duration) {
        let number = read(key) { given throws(SettingsFault) in try given.integer(in: range) }
        value = number.map { .milliseconds($0) } ?? value
    }

    /// Replaces `value` by the value given for `key`, if any.
    mutating func flag(_ key: String, _ value: inout Bool) {
        value = read(key) { given throws(SettingsFault) in try given.flag() } ?? value
    }

    /// Replaces `value` by the name given for `key`, if any.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, _ value: inout Choice
    ) where Choice.RawValue == String {
        value = read(key) { given throws(SettingsFault) in try given.choice() } ?? value
    }

    /// The texts of the list given for `key`; in a variable, commas separate them. `faultOf` returns the fault of a
    /// text, as a phrase.
    mutating func texts(_ key: String, faultOf fault: (String) -> String?) -> [String] {
        let items = read(key) { given throws(SettingsFault) in try given.itemsOrParts() } ?? []
        return items.compactMap { item in
            do throws(SettingsFault) {
                let text = try item.text()
                if let detail = fault(text) { throw item.fault("\(item.quoted(text)) \(detail)") }
                return text
            } catch {
                add(error)
                return nil
            }
        }
    }

    /// The path of a file given for `key`, if any.
    mutating func path(_ key: String) -> String? {
        read(key) { given throws(SettingsFault) in try given.path() }
    }

    /// Records one more fault.
    mutating func add(_ fault: SettingsFault) { faults.append(fault) }

    /// All faults, including unknown keys. Must be called after everything has been read.
    func allFaults() -> [SettingsFault] {
        var unknownGroups: Set<Substring> = []
        var all = faults
        let given = document.values.values + document.absent.filter { !groups.contains(Substring($0.key)) }
        for value in given.sorted(by: { $0.line < $1.line }) where !known.contains(value.key) {
            let group = value.key.prefix { $0 != "." }
            if groups.contains(Substring(value.key)) {
                // A mapping here has no members: those are values of their own.
                if value.node.mapping == nil { all.append(value.fault(ofKind: "a mapping")) }
            } else if groups.contains(group) || known.contains(String(group)) {
                all.append(value.fault("unknown setting" + hint(for: value.key)))
            } else if unknownGroups.insert(group).inserted {
                var origin = value.origin
                if case .file(let name, _) = origin { origin = .file(name: name, line: document.lines[String(group)]) }
                let fault = "unknown setting" + hint(for: String(group))
                all.append(SettingsFault(origin: origin, key: String(group), detail: fault))
            }
        }
        return all + environment.unknown(besides: known, groups: groups, structures: structures)
    }

    /// The variables that have no effect, because they are neither settings nor misspelled members of a group.
    var ignoredVariables: [(name: String, nearest: String?)] {
        environment.ignored(besides: known, groups: groups, structures: structures)
    }

    /// The groups of the known keys.
    private var groups: Set<Substring> {
        Set(known.compactMap { key in key.utf8.firstIndex(of: UInt8(ascii: ".")).map { key[..<$0] } })
    }

    /// `; did you mean server.listen?`: the setting or group that an unknown key was probably meant to be.
    private func hint(for key: String) -> String {
        let keys = known.sorted()
        if let nearest = keys.nearest(to: key) { return "; did you mean \(nearest)?" }
        // A member in the wrong group, or in none.
        let members = keys.map { $0.split(separator: ".").last.map(String.init) ?? "" }
        if let last = key.split(separator: ".").last, let nearest = members.nearest(to: last),
            let index = members.firstIndex(of: nearest)
        {
            return "; did you mean \(keys[index])?"
        }
        guard let dot = key.firstIndex(of: ".") else {
            return (groups.map(String.init) + keys.filter { !$0.contains(".") }).sorted().hintOrList(for: key)
        }
        let group = key[...dot]
        return keys.filter { $0.hasPrefix(group) }.map { String($0.dropFirst(group.count)) }.hintOrList(
            for: key[dot...])
    }
}

extension SettingsValue {
    /// The entries of a list; in a variable, commas separate them.
    fileprivate func itemsOrParts() throws(SettingsFault) -> [SettingsValue] {
        guard let scalar = node.scalar, case .environment = origin else {
            if let text = node.scalar?.text, !node.isNull, !text.isEmpty {
                throw fault("must be a list; write [\(quoted(text))]")
            }
            return try items()
        }
        return scalar.text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            SettingsValue(node: YAMLNode(plain: String(part)), key: key, origin: origin)
        }
    }

    fileprivate var line: Int {
        if case .file(_, let line) = origin { line ?? 0 } else { 0 }
    }
}
