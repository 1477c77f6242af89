import Bytes
import Driver
import DriverJSON
import JSON
import Messages
import Scenarios

extension CaseReader {
    /// The criteria of a message; nil after a fault.
    func criteria(_ value: JSONValue) -> Criteria? {
        guard let object = value.object(allowing: MessageField.names) else { return nil }
        let operations = self.operations(object["operation"])
        let kinds = self.kinds(object["kind"], operations)
        kindsInReach = kinds
        var matchers: [FieldMatcher] = []
        for (name, value) in object {
            if name == MessageField.data {
                matchers += self.matchers(value, members: dataFields(operations, kinds), at: name) ?? []
                continue
            }
            guard let field = MessageField.table.first(where: { $0.name == name }) else { continue }
            if field.kinds.isDisjoint(with: kinds) {
                let kinds = kinds.map(\.rawValue).sorted().joined(separator: " and ")
                value.fault("can never hold: \(kinds) messages have no \(name)")
            }
            matchers += self.matchers(value, field.type, at: name)
        }
        return Criteria(matchers)
    }

    /// The operations that the criterion allows, as far as that is plain; nil for all.
    private func operations(_ value: JSONValue?) -> [EngineMessage.Operation]? {
        guard let value else { return nil }
        let values = value.kind == .array ? value.array(maxCount: 64) ?? [] : [value]
        if values.isEmpty { return nil }
        let operations = values.map { $0.text.flatMap { EngineMessage.Operation(name: $0) } }
        return operations.contains { $0 == nil } ? nil : operations.compactMap(\.self)
    }

    /// The kinds that a message can have.
    private func kinds(_ value: JSONValue?, _ operations: [EngineMessage.Operation]?) -> Set<EngineMessage.Kind> {
        var kinds = Set(EngineMessage.Kind.allCases)
        if let operations {
            kinds = Set(
                operations.flatMap { operation -> [EngineMessage.Kind] in
                    if case .sync = operation { [.sync] } else { [.async, .direct] }
                })
        }
        guard let value else { return kinds }
        let values = value.kind == .array ? value.array(maxCount: 64) ?? [] : [value]
        let given = values.map { $0.text.flatMap { EngineMessage.Kind(rawValue: $0) } }
        if given.contains(where: { $0 == nil }) { return kinds }
        let both = kinds.intersection(given.compactMap(\.self))
        if both.isEmpty { value.fault("can never hold beside the operation") }
        return both.isEmpty ? kinds : both
    }

    /// The fields of `data` of the messages in question.
    private func dataFields(
        _ operations: [EngineMessage.Operation]?, _ kinds: Set<EngineMessage.Kind>
    ) -> [FieldType.Field] {
        let all =
            operations
            ?? SyncOperation.allCases.map { .sync($0) } + AsyncOperation.allCases.map { .async($0) }
        var names: Set<String> = []
        return all.filter { operation in
            if case .sync = operation { kinds.contains(.sync) } else { !kinds.isDisjoint(with: [.async, .direct]) }
        }.flatMap { MessageField.data(of: $0) }.filter { names.insert($0.name).inserted }
    }

    // MARK: - Fields

    /// The matchers of an object's members, each with its path. Nil after a fault.
    func matchers(_ value: JSONValue, members fields: [FieldType.Field], at path: String) -> [FieldMatcher]? {
        guard let object = value.openObject() else { return nil }
        if !object.contains(where: { _ in true }) { value.fault("must name a field; without one, it always holds") }
        var matchers: [FieldMatcher] = []
        for (name, value) in object {
            guard let field = fields.first(where: { $0.name == name }) else {
                value.faultUnknownMember(among: fields.map(\.name))
                continue
            }
            matchers += self.matchers(value, field.type, at: path.isEmpty ? name : path + "." + name)
        }
        return matchers
    }

    /// The matcher of the field at `path`, or those of its members.
    func matchers(_ value: JSONValue, _ type: FieldType, at path: String) -> [FieldMatcher] {
        if case .members(let fields) = type, value.kind == .object, !isOperators(value) {
            return matchers(value, members: fields, at: path) ?? []
        }
        guard let matcher = matcher(value, type) else { return [] }
        return [FieldMatcher(path, matcher, source: JSONTree(value), line: line(of: value))]
    }

    private static let operators: [StaticString] = [
        "from", "to", "glob", "regex", "not", "anyOf", "has", "lacks", "present",
    ]

    /// Whether an object holds operators rather than members.
    private func isOperators(_ value: JSONValue) -> Bool {
        guard let object = value.openObject() else { return false }
        return object.contains { member in Self.operators.contains { "\($0)" == member.name } }
    }

    // MARK: - Matchers

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
        case .operation: SyncOperation.allCases.map(\.name) + AsyncOperation.allCases.map(\.name)
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

    // MARK: - Scalars

    private func scalar(_ value: JSONValue, _ type: FieldType) -> Matcher? {
        switch type {
        case .boolean: return value.bool().map { .equals(.bool($0)) }
        case .number(let max): return value.unsigned(in: 0...max).map { .equals(.number($0)) }
        case .signed: return value.integer(in: Int64.min...Int64.max).map { .equals(.signed($0)) }
        case .hex(let max): return value.hexOrUnsigned(max: max).map { .equals(.hex($0)) }
        case .text: return value.string().map { .equals(.text($0)) }
        case .fileName: return value.name().map { .glob(ImageNamePattern($0)) }
        case .choice(let names): return value.choice(of: names).map { .equals(.text($0)) }
        case .status: return status(value).map { .equals(.hex(UInt64($0.rawValue))) }
        case .operation: return operation(value).map { .equals(.text($0.name)) }
        case .processRules: return value.bits(of: ProcessRules.self).map { .equals(.word($0)) }
        case .processFlags: return value.bits(of: ProcessFlags.self).map { .equals(.word($0)) }
        case .streamRules: return value.bits(of: StreamContextRules.self).map { .equals(.word($0)) }
        case .time: return value.time().map { .equals(.time($0)) }
        case .process, .processId: return process(value).map { .process($0) }
        case .thread, .threadId: return processOrThread(value, .thread).map { .thread($0) }
        case .base64: return value.base64(maxCount: AsyncBody.maxDataBytes).map { .equals(.bytes($0)) }
        case .bytePattern: return bytes(value).map { .bytes($0) }
        case .oword, .guid: return sixteenBytes(value, type)
        case .list:
            value.fault("must be a list, or has or lacks")
            return nil
        case .members(let fields):
            value.fault("must be a mapping of \(fields.map(\.name).joined(separator: ", "))")
            return nil
        }
    }

    private func status(_ value: JSONValue) -> NTStatus? {
        guard value.kind == .string, let text = value.string(maxUTF16: 64) else {
            return value.word().map { NTStatus(rawValue: $0) }
        }
        if text.hasPrefix("0x") { return value.word().map { NTStatus(rawValue: $0) } }
        if let line = NTStatus.table.first(where: { $0.term.name == text }) { return line.status }
        let names = NTStatus.table.map(\.term.name)
        value.fault {
            $0 ? "\(text.quoted()) is not a status" + names.hintOrList(for: text) : "\(text.quoted()) is not a status"
        }
        return nil
    }

    private func operation(_ value: JSONValue) -> EngineMessage.Operation? {
        if value.kind == .string {
            guard let name = value.string(maxUTF16: 64) else { return nil }
            if let operation = EngineMessage.Operation(name: name) { return operation }
            value.fault { EngineMessage.Operation.faultOfName(name, isHinted: $0) }
            return nil
        }
        guard let code = value.integer(as: Int32.self) else { return nil }
        let mayBeSync = kindsInReach.contains(.sync)
        let mayBeAsync = !kindsInReach.isDisjoint(with: [.async, .direct])
        let sync = mayBeSync ? SyncOperation(rawValue: code).map { EngineMessage.Operation.sync($0) } : nil
        let async = mayBeAsync ? AsyncOperation(rawValue: code).map { EngineMessage.Operation.async($0) } : nil
        if let sync, let async {
            value.fault("\(code) is \(sync.name) and \(async.name); write the name, or the kind beside it")
            return nil
        }
        if let operation = sync ?? async { return operation }
        value.fault("\(code) is not an operation")
        return nil
    }

    private func bytes(_ value: JSONValue) -> [UInt8?]? {
        guard let text = value.string(maxUTF16: 1 << 20) else { return nil }
        let digits = Array(text.utf8.filter { $0 != UInt8(ascii: " ") })
        var bytes: [UInt8?] = []
        for index in stride(from: 0, to: digits.count - 1, by: 2) {
            let pair = String(decoding: digits[index...index + 1], as: UTF8.self)
            guard pair == "??" || UInt8(pair, radix: 16) != nil, !pair.hasPrefix("+") else { break }
            bytes.append(pair == "??" ? nil : UInt8(pair, radix: 16))
        }
        if bytes.count * 2 == digits.count, !bytes.isEmpty { return bytes }
        value.fault("must be bytes in hex, with ?? for any byte, such as \"5d 01 ?? 02\"")
        return nil
    }

    private func sixteenBytes(_ value: JSONValue, _ type: FieldType) -> Matcher? {
        guard let text = value.string(maxUTF16: 64) else { return nil }
        if case .guid = type, let guid = OWord(guid: text) { return .equals(.text(guid.guid)) }
        let digits = text.utf8.count == 2 * OWord.size ? [UInt8](hexPairs: text.utf8) : nil
        if case .oword = type, let bytes = digits ?? Base64.decode(text), bytes.count == OWord.size {
            return .equals(.bytes(bytes))
        }
        value.fault("must be 16 bytes, not \(value.quoted)")
        return nil
    }
}
