import Driver
import JSON
import Messages
import Scenarios

// Criteria that no message can meet together. Only plain values are compared: a name, or a list of names.

extension CaseReader {
    /// A routine makes messages of a few types only.
    func checkRoutine(
        _ object: JSONObject, _ operations: [EngineMessage.Operation]?, _ kinds: Set<EngineMessage.Kind>
    ) {
        guard let value = object["routine"], let names = value.plainTexts else { return }
        let routines = names.compactMap { name in DriverRoutine.allCases.first { $0.name == name } }
        guard routines.count == names.count, let routine = routines.first else { return }
        let types = routines.flatMap(\.typesMade)
        let isMade = types.contains { type in
            kinds.contains(type.kind) && (operations?.contains(type.operation) ?? true)
        }
        if isMade { return }
        let made = types.map { "\($0.kind.rawValue) \($0.operation.name)" }
        let list = made.count > 8 ? "" : "; it makes \(made.joined(separator: ", "))"
        value.fault("can never hold beside the operation or kind: \(routine.name) makes no such message" + list)
    }

    /// An acknowledgment clears the rule that made the driver send the message.
    func checkClearedRule(_ object: JSONObject, _ operations: [EngineMessage.Operation]?) {
        guard let value = object["clearedRule"], let names = value.plainTexts else { return }
        let cleared = (operations ?? SyncOperation.allCases.map { .sync($0) }).compactMap { operation in
            if case .sync(let operation) = operation { operation.clearedRule } else { nil }
        }
        let all = MessageField.table.first { $0.name == "clearedRule" }?.type.choices ?? []
        if cleared.isEmpty || !names.allSatisfy(all.contains) || !Set(names).isDisjoint(with: cleared) { return }
        let owner = operations == nil ? "" : " of the operation"
        value.fault("can never hold: an acknowledgment\(owner) clears \(cleared.joined(separator: " or "))")
    }

    /// What a criterion says of the delivery must go with what the others say of it.
    func checkDelivery(_ object: JSONObject, _ kinds: Set<EngineMessage.Kind>) {
        var seen: [(name: String, allowed: Set<Delivery>)] = [("kind", Set(kinds.flatMap(Delivery.of)))]
        for (name, value) in object {
            guard let allowed = Delivery.allowed(by: name, value) else { continue }
            if let other = seen.first(where: { $0.allowed.isDisjoint(with: allowed) }) {
                let states = Delivery.allCases.filter(other.allowed.contains).map(\.rawValue).joined(separator: " or ")
                value.fault("can never hold beside \(other.name), which leaves delivery \(states)")
                return
            }
            seen.append((name, allowed))
        }
    }
}

private typealias Delivery = MessageRecord.Delivery

extension MessageRecord.Delivery {
    /// The states that messages of a kind can have.
    fileprivate static func of(_ kind: EngineMessage.Kind) -> Set<Self> {
        switch kind {
        case .sync: [.inHand, .sent, .failed, .notSent]
        case .async: [.queued, .inHand, .sent, .failed, .dropped]
        case .direct: [.inHand, .sent, .failed]
        }
    }

    /// The states that the criterion `name` allows; nil for any, and for a value that is not plain.
    fileprivate static func allowed(by name: String, _ value: JSONValue) -> Set<Self>? {
        switch name {
        case "delivery":
            guard let names = value.plainTexts else { return nil }
            let states = names.compactMap { Self(rawValue: $0) }
            return states.count == names.count ? Set(states) : nil
        case "status":
            guard let names = value.plainTexts else { return nil }
            let statuses = names.compactMap { NTStatus(name: $0) }
            guard statuses.count == names.count else { return nil }
            // Only a send that failed, or was not begun, has another status than success.
            let success: Set<Self> = statuses.contains(.success) ? [.queued, .inHand, .sent, .dropped] : []
            return success.union(statuses.contains { $0 != .success } ? [.failed, .notSent] : [])
        case "acknowledged": return value.plainBool == true ? [.sent] : nil
        case "clearedRule": return value.holdsForMissing(CaseReader.operators) ? nil : [.sent]
        case "droppedFor": return value.holdsForMissing(CaseReader.operators) ? nil : [.dropped]
        case "durationMicroseconds", "reply":
            return value.holdsForMissing(CaseReader.operators) ? nil : [.sent, .failed]
        default: return nil
        }
    }
}

extension DriverRoutine {
    /// The types of message that have it as their routine.
    fileprivate var typesMade: [MessageType] {
        switch self {
        case .sendSyncMonitorNotification: SyncOperation.allCases.map { .sync($0) }
        case .asyncSendNotification: AsyncOperation.allCases.map { .async($0) }
        default: messageTypes
        }
    }
}

extension FieldType {
    fileprivate var choices: [String]? { if case .choice(let names) = self { names } else { nil } }
}

extension JSONValue {
    /// A text, or those of a list; nil for anything else.
    fileprivate var plainTexts: [String]? {
        let values = kind == .array ? array(maxCount: .max) ?? [] : [self]
        let texts = values.compactMap(\.text)
        return texts.isEmpty || texts.count < values.count ? nil : texts
    }

    fileprivate var plainBool: Bool? { kind == .bool ? shown == "true" : nil }

    /// Whether this matcher holds for a field that the message does not have.
    func holdsForMissing(_ operators: [StaticString]) -> Bool {
        switch kind {
        case .array: return (array(maxCount: .max) ?? []).contains { $0.holdsForMissing(operators) }
        case .object:
            return (openObject().map { Array($0) } ?? []).allSatisfy { name, value in
                switch name {
                case "not": !value.holdsForMissing(operators)
                case "present": value.plainBool == false
                case "anyOf": value.holdsForMissing(operators)
                case _ where operators.contains { $0.description == name }: false
                default: value.holdsForMissing(operators)
                }
            }
        default: return false
        }
    }
}
