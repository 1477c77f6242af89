import Bytes
import Driver
import DriverJSON
import JSON
import Messages
import Scenarios

extension CaseReader {
    /// The matchers of an object's members, each with its path. Nil after a fault.
    ///
    /// - Parameter root: All fields of the subject, of which an unknown one may be another.
    func matchers(
        _ value: JSONValue, members fields: [FieldType.Field], of root: [FieldType.Field] = [], at path: String
    ) -> [FieldMatcher]? {
        guard let object = value.openObject() else { return nil }
        if !object.contains(where: { _ in true }) { value.fault("must name a field; without one, it always holds") }
        var matchers: [FieldMatcher] = []
        for (name, value) in object {
            guard let field = fields.first(where: { $0.name == name }) else {
                faultUnknownField(value, name, among: fields, of: root)
                continue
            }
            matchers += self.matchers(value, field.type, of: root, at: path.isEmpty ? name : path + "." + name)
        }
        return matchers
    }

    /// The matcher of the field at `path`, or those of its members.
    func matchers(
        _ value: JSONValue, _ type: FieldType, of root: [FieldType.Field] = [], at path: String
    ) -> [FieldMatcher] {
        if case .members(let fields) = type, value.kind == .object, !isOperators(value) {
            return matchers(value, members: fields, of: root, at: path) ?? []
        }
        guard let matcher = matcher(value, type) else { return [] }
        return [FieldMatcher(path, matcher, source: JSONTree(value), line: line(of: value))]
    }

    private func faultUnknownField(
        _ value: JSONValue, _ name: String, among fields: [FieldType.Field], of root: [FieldType.Field]
    ) {
        let names = fields.map(\.name)
        let others = names.nearest(to: name) == nil ? FieldPath.paths(like: name, in: root) : []
        if names.nearest(to: name) == nil, root.contains(where: { $0.name == "sync" }), others.isEmpty {
            return value.fault("unknown member\(names.listed); wdfilterd vocabulary explains the counters")
        }
        if others.isEmpty { return value.faultUnknownMember(among: names) }
        value.fault("unknown member; did you mean \(others.joined(separator: " or "))?")
    }

    /// The operators of matchers.
    static let operators: [StaticString] = [
        "from", "to", "glob", "regex", "not", "anyOf", "has", "lacks", "present",
    ]

    /// Whether an object holds operators rather than members.
    func isOperators(_ value: JSONValue) -> Bool {
        guard let object = value.openObject() else { return false }
        return object.contains { member in Self.operators.contains { "\($0)" == member.name } }
    }

    /// What a value of `type` must be; nil after a fault.
    func matcher(_ value: JSONValue, _ type: FieldType) -> Matcher? {
        switch value.kind {
        case .object: return operators(value, type)
        case .array: return list(value, type)
        case .null:
            value.fault("must be a value; {present: false} stands for none")
            return nil
        default: return scalar(value, type)
        }
    }

    private func list(_ value: JSONValue, _ type: FieldType) -> Matcher? {
        switch type {
        case .processRules: return value.bits(of: ProcessRules.self).map { .equals(.word($0)) }
        case .processFlags: return value.bits(of: ProcessFlags.self).map { .equals(.word($0)) }
        case .streamRules: return value.bits(of: StreamContextRules.self).map { .equals(.word($0)) }
        case .list(let element): return matchers(value, each: element).map { .elements($0) }
        default: return matchers(value, each: type).map { .anyOf($0) }
        }
    }

    private func matchers(_ value: JSONValue, each type: FieldType) -> [Matcher]? {
        guard let items = value.array(maxCount: 1000) else { return nil }
        if items.isEmpty, case .list = type {} else if items.isEmpty { value.fault("must have a value") }
        let matchers = items.map { matcher($0, type) }
        return matchers.contains { $0 == nil } ? nil : matchers.compactMap(\.self)
    }

    private func operators(_ value: JSONValue, _ type: FieldType) -> Matcher? {
        guard let object = value.object(allowing: Self.operators) else { return nil }
        var matchers: [Matcher?] = []
        if object["from"] != nil || object["to"] != nil { matchers.append(range(object, type)) }
        if let glob = object["glob"] { matchers.append(self.glob(glob, type)) }
        if let regex = object["regex"] { matchers.append(self.regex(regex, type)) }
        if let other = object["not"] { matchers.append(matcher(other, type).map { .not($0) }) }
        if let any = object["anyOf"] { matchers.append(self.matchers(any, each: type).map { .anyOf($0) }) }
        if let has = object["has"] { matchers.append(elements(has, type, .has)) }
        if let lacks = object["lacks"] { matchers.append(elements(lacks, type, .lacks)) }
        if let present = object["present"] { matchers.append(present.bool().map { .present($0) }) }
        if matchers.isEmpty { value.fault("must have an operator") }
        if matchers.isEmpty || matchers.contains(where: { $0 == nil }) { return nil }
        return matchers.count == 1 ? matchers[0] : .allOf(matchers.compactMap(\.self))
    }

    private func range(_ object: JSONObject, _ type: FieldType) -> Matcher? {
        switch type {
        case .number, .signed, .hex, .time: break
        default:
            object.value.fault("from and to are for numbers, addresses and times")
            return nil
        }
        func bound(_ name: StaticString) -> ObservedValue?? {
            guard let value = object[name] else { return .some(nil) }
            guard case .equals(let bound) = scalar(value, type) else { return nil }
            return bound
        }
        guard let from = bound("from"), let to = bound("to") else { return nil }
        if let from, let to, !to.isOrdered(after: from) { object["to"]?.fault("is less than from") }
        return .range(from: from, to: to)
    }

    private func glob(_ value: JSONValue, _ type: FieldType) -> Matcher? {
        guard isText(value, type, "glob"), let text = value.string(maxUTF16: 4096) else { return nil }
        let pattern = ImageNamePattern(text)
        if let names = names(of: type), !names.contains(where: { pattern.matches($0) }) {
            value.fault("matches none of \(names.joined(separator: ", "))")
        }
        return .glob(pattern)
    }

    private func regex(_ value: JSONValue, _ type: FieldType) -> Matcher? {
        guard isText(value, type, "regex"), let text = value.string() else { return nil }
        do throws(PatternFault) {
            let regex = try BoundedRegex(text)
            if let names = names(of: type), !names.contains(where: { (try? regex.isFound(in: $0)) ?? true }) {
                value.fault("matches none of \(names.joined(separator: ", "))")
            }
            return .regex(regex)
        } catch {
            value.fault(error.detail)
            return nil
        }
    }

    /// The names that a field can have; nil for any text.
    private func names(of type: FieldType) -> [String]? {
        switch type {
        case .choice(let names): names
        case .operation: EngineMessage.Operation.names
        default: nil
        }
    }

    private func isText(_ value: JSONValue, _ type: FieldType, _ name: String) -> Bool {
        switch type {
        case .text, .fileName, .choice, .operation, .guid: return true
        default:
            value.fault("\(name) is for texts")
            return false
        }
    }

    private enum Elements { case has, lacks }

    private func elements(_ value: JSONValue, _ type: FieldType, _ way: Elements) -> Matcher? {
        func word(_ bits: UInt32?) -> Matcher? {
            if bits == 0 { value.fault("must have a value; without one, it always holds") }
            return bits.map { way == .has ? .hasBits($0) : .lacksBits($0) }
        }
        switch type {
        case .processRules: return word(value.bits(of: ProcessRules.self)?.rawValue)
        case .processFlags: return word(value.bits(of: ProcessFlags.self)?.rawValue)
        case .streamRules: return word(value.bits(of: StreamContextRules.self)?.rawValue)
        case .list(let element):
            return matchers(value, each: element).map { way == .has ? .has($0) : .lacks($0) }
        default:
            value.fault("has and lacks are for rules, flags and lists")
            return nil
        }
    }
}
