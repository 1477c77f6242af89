import Bytes
import Driver
import DriverJSON
import JSON
import Messages
import Replay
import Scenarios

extension CaseReader {
    /// A list of expectations about `step`; nil for those of a wait. Nil after a fault.
    func expectations(_ value: JSONValue, of step: Step?) -> [Expectation]? {
        guard let items = value.array(maxCount: 10_000) else { return nil }
        if items.isEmpty { value.fault("must have an expectation") }
        let expectations = items.map { expectation($0, of: step) }
        return expectations.contains { $0 == nil } ? nil : expectations.compactMap(\.self)
    }

    private func expectation(_ value: JSONValue, of step: Step?) -> Expectation? {
        guard let object = value.openObject() else { return nil }
        let names = SubjectName.allCases.filter { object[$0.key] != nil }
        guard let name = names.first else {
            faultMissingSubject(object)
            return nil
        }
        if names.count > 1 {
            value.fault("two subjects, \(name.name) and \(names[1].name); write two expectations")
        }
        var members = name.members
        for other in names.dropFirst() {
            let known = members.map(\.description)
            members += other.members.filter { !known.contains($0.description) }
        }
        guard let object = value.object(allowing: members) else { return nil }
        if step == nil, let golden = object["golden"] {
            golden.fault(
                "not allowed in until, where messages may not be complete yet; expect it in a step after the wait")
        }
        // All of it is read, also after a fault of the subject.
        let subjects = names.map { name in object[name.key].flatMap { subject(name, $0, object) } }
        let because = object.optional("because") { $0.string() }
        let host = object.optional("host") { reference($0, .host) }
        let settled = object.optional("settled") { $0.bool() } ?? true
        let scope = name.isAboutMessages ? self.scope(object) : Expectation.Scope()
        let isScoped = object["by"] != nil || object["since"] != nil || object["until"] != nil
        if name.isAboutMessages, scope.isDefault, !isScoped, let step { checkScope(step, value) }
        guard let key = object[name.key], let subject = subjects[0] else { return nil }
        var expectation = Expectation(line: line(of: key), subject, source: JSONTree(value))
        expectation.because = because
        expectation.host = host
        expectation.settled = settled
        expectation.scope = scope
        return expectation
    }

    /// One of the members is probably a misspelled subject.
    private func faultMissingSubject(_ object: JSONObject) {
        let subjects = SubjectName.allCases.map(\.name)
        let others = Set(SubjectName.allCases.flatMap { $0.members.map(\.description) })
        for (name, value) in object where !others.contains(name) && subjects.nearest(to: name) != nil {
            return value.faultUnknownMember(among: subjects)
        }
        object.value.fault("has no subject: one of \(subjects.joined(separator: ", "))")
    }

    private func scope(_ object: JSONObject) -> Expectation.Scope {
        var scope = Expectation.Scope()
        scope.by = object.optional("by") { reference($0, .step) }
        scope.since = object.optional("since") { reference($0, .step) }
        scope.until = object.optional("until") { reference($0, .step) }
        scope.anywhere = object.optional("anywhere") { $0.bool() } ?? false
        if let since = scope.since, let until = scope.until, let first = self.scope.line(of: .step, since),
            let last = self.scope.line(of: .step, until), first > last
        {
            object["since"]?.fault("comes after until, so that nothing is between them")
        }
        if let by = object["by"], object["since"] != nil || object["until"] != nil || object["anywhere"] != nil {
            by.fault("not allowed beside since, until or anywhere")
        }
        return scope
    }

    /// An expectation about the messages of a step that can make none would always hold, or never.
    private func checkScope(_ step: Step, _ value: JSONValue) {
        guard let name = currentAction, !name.makesMessages(step.action) else { return }
        value.fault(
            "the step makes no messages; add by, since or anywhere, or write the expectation in a step of its own")
    }
}
