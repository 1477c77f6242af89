import Driver
import JSON
import Messages
import Scenarios

// Criteria that no message can meet together. Only plain values are compared: a name, or a list of names.

extension CaseReader {
    /// Messages are numbered from 1, except those of types that have no number.
    func checkNumber(_ object: JSONObject, _ reach: MessageReach) {
        guard let value = object["notificationNumber"], let numbers = value.plain({ $0.integer(as: Int64.self) }) else {
            return
        }
        var isNumbered: Set<Bool> = []
        for case .async(let operation) in reach.operations { isNumbered.insert(operation.isNumbered) }
        if isNumbered == [false], !numbers.contains(0) {
            value.fault("can never hold: messages of types from 0xA on have the number 0 (ASY-2)")
        }
        if isNumbered == [true], numbers.allSatisfy({ $0 < 1 }) {
            value.fault("can never hold: the numbers of such messages begin with 1 (ASY-2)")
        }
    }

    /// An acknowledgment clears the rule that made the driver send the message.
    func checkClearedRule(_ object: JSONObject, _ reach: MessageReach) {
        guard let value = object["clearedRule"] else { return }
        if object["acknowledged"]?.plainBool == false, !value.holdsForMissing {
            return value.fault("can never hold beside acknowledged: false; only an acknowledgment clears a rule")
        }
        var cleared: [String] = []
        for case .sync(let operation) in reach.operations {
            guard let rule = operation.clearedRule, !cleared.contains(rule) else { continue }
            cleared.append(rule)
        }
        let all = MessageField.table.first { $0.name == "clearedRule" }?.type.choices ?? []
        guard let names = value.plain(\.text), names.allSatisfy(all.contains), !cleared.isEmpty,
            Set(names).isDisjoint(with: cleared)
        else { return }
        let owner = reach.isWhole ? "" : " of such a message"
        value.fault("can never hold: an acknowledgment\(owner) clears \(cleared.joined(separator: " or "))")
    }

    /// The driver reads a reply to a synchronous message, and one to CreateProcess at creation.
    func checkReply(_ object: JSONObject, _ reach: MessageReach) {
        guard let reply = object["reply"], reply.kind == .object, let members = reply.openObject() else { return }
        for (name, value) in members where !value.holdsForMissing {
            switch name {
            case "operationType" where !reach.kinds.contains(.sync):
                value.fault("can never hold: only replies to sync messages have \(name)")
            case "accessDenied", "rules", "flags":
                if reach.makers.contains(where: { $0.type == .direct(.createProcess) }) { continue }
                value.fault("can never hold: only replies to direct CreateProcess messages have \(name)")
            default: break
            }
        }
    }

    /// The criteria that restrict the delivery must allow a common one.
    func checkDelivery(_ object: JSONObject, _ reach: MessageReach) {
        let first = ["kind", "operation", "routine"].first { name in object.contains { $0.name == name } }
        var left = Set(reach.kinds.flatMap(Delivery.of))
        var seen = [(name: first ?? "kind", allowed: left)]
        for (name, value) in object {
            guard let allowed = Delivery.allowed(by: name, value) else { continue }
            let together = left
            left.formIntersection(allowed)
            if left.isEmpty {
                let other = seen.first { $0.allowed.isDisjoint(with: allowed) }
                let names = other?.name ?? seen.map(\.name).joined(separator: " and ")
                let states = Delivery.allCases.filter((other?.allowed ?? together).contains).map(\.rawValue)
                return value.fault(
                    "can never hold beside \(names), which \(other == nil ? "leave" : "leaves") delivery "
                        + states.joined(separator: " or "))
            }
            seen.append((name, allowed))
        }
    }

    /// A process is either created or denied.
    func checkOutcome(_ value: JSONValue) {
        guard let object = value.openObject(), let created = object["created"]?.plainBool,
            let denied = object["accessDenied"], denied.plainBool == created
        else { return }
        denied.fault("can never hold beside created: \(created); a process is either created or denied")
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
        case "delivery": value.plain { $0.text.flatMap { Self(rawValue: $0) } }.map { Set($0) }
        case "status": value.plain { $0.text.flatMap { NTStatus(name: $0) } }.map { Set($0.flatMap(having)) }
        case "acknowledged": value.plainBool == true ? [.sent] : nil
        case "clearedRule": value.holdsForMissing ? nil : [.sent]
        case "droppedFor": value.holdsForMissing ? nil : [.dropped]
        case "durationMicroseconds", "reply": value.holdsForMissing ? nil : [.sent, .failed]
        default: nil
        }
    }

    /// The states of messages that have the status: only a send that failed, or was not begun, has another than success.
    private static func having(_ status: NTStatus) -> Set<Self> {
        switch status {
        case .success: [.queued, .inHand, .sent, .dropped]
        case .unsuccessful, .timeout, .cancelled: [.failed, .notSent]
        default: [.failed]
        }
    }
}

extension FieldType {
    fileprivate var choices: [String]? { if case .choice(let names) = self { names } else { nil } }
}

extension JSONValue {
    /// The value, or those of a list that is not empty; nil if one of them is a list or mapping.
    var plainValues: [JSONValue]? {
        let values = kind == .array ? array(maxCount: .max) ?? [] : [self]
        return values.isEmpty || values.contains { $0.kind == .array || $0.kind == .object } ? nil : values
    }

    /// What `read` makes of the plain values; nil if it makes nothing of one of them.
    func plain<Value>(_ read: (JSONValue) -> Value?) -> [Value]? {
        guard let values = plainValues else { return nil }
        let found = values.compactMap(read)
        return found.count == values.count ? found : nil
    }

    /// A boolean.
    var plainBool: Bool? { kind == .bool ? shown == "true" : nil }

    /// Whether this matcher holds for a field that the message does not have.
    var holdsForMissing: Bool {
        switch kind {
        case .array: return (array(maxCount: .max) ?? []).contains(where: \.holdsForMissing)
        case .object:
            return (openObject().map { Array($0) } ?? []).allSatisfy { name, value in
                switch name {
                case "not": !value.holdsForMissing
                case "present": value.plainBool == false
                case "anyOf": value.holdsForMissing
                case _ where CaseReader.operators.contains { $0.description == name }: false
                default: value.holdsForMissing
                }
            }
        default: return false
        }
    }
}
