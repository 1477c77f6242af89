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
                let outcome = value.holdsForMissing(Self.operators) ? "always holds" : "can never hold"
                value.fault("\(outcome): \(kinds) messages have no \(name)")
            }
            matchers += self.matchers(value, field.type, at: name)
        }
        checkRoutine(object, operations, kinds)
        checkClearedRule(object, operations)
        checkDelivery(object, kinds)
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
}
