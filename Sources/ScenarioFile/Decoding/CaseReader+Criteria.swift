import Driver
import DriverJSON
import JSON
import Messages
import Scenarios

extension CaseReader {
    /// The criteria of a message; nil after a fault.
    func criteria(_ value: JSONValue) -> Criteria? {
        guard let object = value.object(allowing: MessageField.names) else { return nil }
        let reach = reach(of: object)
        kindsInReach = reach.kinds
        var matchers: [FieldMatcher] = []
        for (name, value) in object {
            if name == MessageField.data {
                matchers += self.matchers(value, members: MessageField.data(of: reach.operations), at: name) ?? []
                continue
            }
            guard let field = MessageField.table.first(where: { $0.name == name }) else { continue }
            if field.kinds.isDisjoint(with: reach.kinds), !value.holdsForMissing {
                value.fault("can never hold: \(reach.kinds.listed) messages have no \(name)")
            }
            matchers += self.matchers(value, field.type, at: name)
        }
        checkNumber(object, reach)
        checkClearedRule(object, reach)
        checkReply(object, reach)
        checkDelivery(object, reach)
        return Criteria(matchers)
    }

    /// The messages that `kind`, `operation` and `routine` allow, as far as these are plain.
    private func reach(of object: JSONObject) -> MessageReach {
        var reach = MessageReach()
        let kinds: [EngineMessage.Kind]? = object["kind"]?.plain { $0.text.flatMap { .init(rawValue: $0) } }
        _ = reach.keep(kinds) { $0.type.kind }
        // The number of a synchronous operation may be that of an asynchronous one, too.
        let numbered = reach.operations
        let operations = object["operation"]?.plain { value in
            if let text = value.text { return EngineMessage.Operation(name: text).map { [$0] } }
            let found = numbered.filter { $0.code == value.integer(as: Int32.self) }
            return found.isEmpty ? nil : found
        }.map { $0.flatMap(\.self) }
        if let operations, !reach.keep(operations, { $0.type.operation }) {
            let others = MessageReach().makers.filter { operations.contains($0.type.operation) }
            let kinds = Set(others.map(\.type.kind)).listed
            object["operation"]?.fault("can never hold beside the kind: such messages are \(kinds)")
        }
        let routines = object["routine"]?.plain { value in DriverRoutine.allCases.first { $0.name == value.text } }
        if let routines, let routine = routines.first, !reach.keep(routines, \.routine) {
            let made = routines.flatMap(\.typesMade).map { "\($0.kind.rawValue) \($0.operation.name)" }
            let list = made.count > 8 ? "" : "; it makes \(made.joined(separator: ", "))"
            object["routine"]?.fault(
                "can never hold beside the operation or kind: \(routine.name) makes no such message" + list)
        }
        return reach
    }
}

extension Set<EngineMessage.Kind> {
    /// `async and direct`.
    var listed: String { map(\.rawValue).sorted().joined(separator: " and ") }
}
