import Bytes
import Driver
import DriverJSON
import JSON
import Replay
import Scenarios

extension CaseReader {
    /// What an expectation is about, with the members beside it; nil after a fault.
    func subject(_ name: SubjectName, _ value: JSONValue, _ object: JSONObject) -> Expectation.Subject? {
        switch name {
        case .messages:
            let (criteria, count) = (criteria(value), count(object))
            guard let criteria, let count else { return nil }
            return .messages(criteria, count)
        case .order:
            let isStrict = object.optional("strict") { $0.bool() } ?? false
            let order = object.optional("of") { $0.choice(of: Expectation.Order.self) } ?? .made
            guard let items = value.array(maxCount: 1000) else { return nil }
            if items.isEmpty { value.fault("must have criteria") }
            let criteria = items.compactMap { self.criteria($0) }
            return criteria.count == items.count ? .order(criteria, isStrict: isStrict, of: order) : nil
        case .nothingElse:
            let except = object.optional("except") { $0.array(maxCount: 1000) } ?? []
            let criteria = except.compactMap { self.criteria($0) }
            let isTrue = value.bool()
            if isTrue == false { value.fault("must be true") }
            return isTrue == true && criteria.count == except.count ? .nothingElse(except: criteria) : nil
        case .lossless: return value.bool().map { .lossless($0) }
        case .process:
            let exists = object.optional("exists") { $0.bool() } ?? true
            let fields = fields(of: object, types: ProcessField.table.map { .init($0.name, $0.type) }, exists: exists)
            return process(value).map { .process($0, exists: exists, fields) }
        case .stream:
            let exists = object.optional("exists") { $0.bool() } ?? true
            let fields = fields(of: object, types: StateField.stream, exists: exists)
            return reference(value, .stream).map { .stream($0, exists: exists, fields) }
        case .counters: return nested(value, types: StateField.counters).map { .counters($0) }
        case .queue: return nested(value, types: StateField.queues).map { .queue($0) }
        case .drivers:
            let (fields, count) = (nested(value, types: StateField.drivers), count(object))
            guard let fields, let count else { return nil }
            return .drivers(fields, count)
        case .bootProcesses:
            let (fields, count) = (nested(value, types: StateField.bootProcesses), count(object))
            guard let fields, let count else { return nil }
            return .bootProcesses(fields, count)
        case .routine: return routine(value, object)
        case .outcome: return outcome(value, object)
        case .golden: return golden(value, object)
        }
    }

    /// The fields beside a subject.
    private func fields(of object: JSONObject, types: [FieldType.Field], exists: Bool) -> [FieldMatcher] {
        types.flatMap { field -> [FieldMatcher] in
            guard let (_, value) = object.first(where: { $0.name == field.name }) else { return [] }
            if !exists { value.fault("a process or stream that must not exist has no fields") }
            return matchers(value, field.type, at: field.name)
        }
    }

    /// The leaves of a nested object, each with its path.
    private func nested(_ value: JSONValue, types: [FieldType.Field]) -> [FieldMatcher]? {
        matchers(value, members: types, of: types, at: "")
    }

    private func count(_ object: JSONObject) -> Count? {
        let range = Count.numbers
        let exactly = object.optional("exactly") { $0.int(in: range) }
        let atLeast = object.optional("atLeast") { $0.int(in: range) }
        let atMost = object.optional("atMost") { $0.int(in: range) }
        let never = object.optional("never") { $0.bool() }
        let given = ["exactly", "atLeast", "atMost", "never"].filter { name in object.contains { $0.name == name } }
        if given.count > 1, given != ["atLeast", "atMost"] {
            object.value.fault("\(given[0]) and \(given[1]) contradict each other")
            return nil
        }
        if never == false {
            object["never"]?.fault("must be true")
            return nil
        }
        if let atLeast, let atMost, atLeast > atMost {
            object["atMost"]?.fault("is less than atLeast")
            return nil
        }
        switch given.first {
        case "exactly": return exactly.map { .exactly($0) }
        case "never": return .never
        case nil: return .some
        case "atLeast" where atLeast == 0 && atMost == nil:
            object["atLeast"]?.fault("always holds; write never: true, or a number above 0")
            return nil
        default: return Count(atLeast: atLeast ?? 0, atMost: atMost)
        }
    }

    /// The action of the step called `id`, by default of the one that is being read.
    private func action(of id: String?) -> ActionName? { id.map { stepActions[$0] } ?? currentAction }

    private func routine(_ value: JSONValue, _ object: JSONObject) -> Expectation.Subject? {
        let routines = DriverRoutine.allCases.filter { !$0.checks.isEmpty }
        let step = object.optional("of") { reference($0, .step) }
        let notified = object.optional("notified") { $0.bool() }
        guard let name = value.choice(of: routines.map(\.name)),
            let routine = routines.first(where: { $0.name == name })
        else { return nil }
        let action = action(of: step)
        if object["of"] == nil || step != nil, action?.routines.contains(routine) != true {
            let subject = action?.name ?? "a step without an action"
            value.fault("\(subject) does not run \(routine.name); name a step that does with of")
        }
        var wanted = RoutineExpectation(routine)
        wanted.step = step
        wanted.notified = notified
        wanted.decidedBy = object.optional("decidedBy") { text in
            text.choice(of: routine.checks.map { "\($0.text)" }).flatMap { self.check($0, of: routine) }
        }
        if let checks = object.optional("checks", { $0.dictionary(maxCount: 64) }) {
            read(checks, of: routine, into: &wanted)
        }
        return .routine(wanted)
    }

    private func read(_ checks: JSONObject, of routine: DriverRoutine, into wanted: inout RoutineExpectation) {
        if !checks.contains(where: { _ in true }) { checks.value.fault("must name a check") }
        for (text, holds) in checks {
            guard let check = check(text, of: routine) else {
                let texts = routine.checks.map { "\($0.text)" }
                holds.fault("\(routine.name) does not check \(text.quoted())" + texts.hintOrList(for: text))
                continue
            }
            wanted.checks[check] = holds.bool()
        }
    }

    private func check(_ text: String, of routine: DriverRoutine) -> Check? {
        routine.checks.first { "\($0.text)" == text }?.check
    }

    private func outcome(_ value: JSONValue, _ object: JSONObject) -> Expectation.Subject? {
        let step = object.optional("of") { reference($0, .step) }
        let skipped = FieldType.Field(
            "skipped",
            .members(SkipReason.allCases.map(\.rawValue).map { .init($0, .number(max: UInt64(Int64.max))) }))
        let fields: [FieldType.Field]
        switch action(of: step) {
        case .createProcess: fields = StateField.creation
        case .replay: fields = StateField.replay + [skipped]
        default:
            value.fault("only createProcess and replay have an outcome; name such a step with of")
            return nil
        }
        checkOutcome(value)
        return nested(value, types: fields).map { .outcome($0, of: step) }
    }

    private func golden(_ value: JSONValue, _ object: JSONObject) -> Expectation.Subject? {
        guard let name = value.string() else { return nil }
        let fields = object.optional("fields") { value in
            value.array(maxCount: 100)?.compactMap { $0.choice(of: GoldenFile.members) }
        }
        do throws(FilePlace.Fault) {
            var file = GoldenFile(file: name, path: try place.checkedPath(of: name))
            file.fields = fields
            return .golden(file)
        } catch {
            value.fault(error.detail)
            return nil
        }
    }
}
