public import Driver
public import JSON
import Messages

extension EngineMessage {
    /// Reads the message of an entry of the journal, as `MessageRecord.write(to:host:)` writes it; nil after a fault.
    ///
    /// Members that are unknown are ignored, so that the journal of a newer service can be read.
    public init?(journalEntry entry: JSONObject) {
        let sequence = entry.required("sequence") { $0.unsigned(in: 1...UInt64.max) }
        let time = entry.required("time") { $0.time() }
        let kind = entry.requiredChoice("kind", of: Kind.self)
        let process = entry.optional("process", nullable: true) { $0.process() }
        let imageFileName = entry.optional("imageFileName", nullable: true) { $0.string() }.map { UnicodeString($0) }
        let caller = entry.optional("requestId") { $0.string() }.map { CallerTag($0) }
        let operation = entry.required("operation") { $0.messageOperation() }
        guard let sequence, let time, let kind, let operation,
            let data = entry.required("message", { $0.openObject() }),
            let content = Content(operation, process: process ?? .none, data)
        else { return nil }
        self.init(
            sequence: sequence, time: time, kind: kind, process: process, imageFileName: imageFileName,
            content: content, caller: caller)
    }
}

extension EngineMessage.Content {
    /// Reads the members that `MessageData` writes; nil after a fault.
    fileprivate init?(_ operation: EngineMessage.Operation, process: AuxPidCreationTime, _ data: JSONObject) {
        switch operation {
        case .sync(let operation):
            let priority = data.required("ioPriority") { $0.ioPriority() }
            guard let priority, let values = data.values(of: operation.structure) else { return nil }
            self = .sync(
                SyncMessage(
                    ioPriority: priority, currentProcess: process, data: SyncData(operation) { values[$0.name] }))
        case .async(let operation):
            let number = data.required("notificationNumber") { $0.integer(in: Int64.min...Int64.max) }
            guard let number, let values = data.values(of: operation.structure) else { return nil }
            self = .async(
                AsyncMessage(
                    notificationNumber: number, operation: operation, body: AsyncBody(operation) { values[$0.name] }))
        }
    }
}

extension JSONObject {
    /// The values of the fields of `structure` among these members, by the driver's names; nil after a fault.
    fileprivate func values(of structure: StructureLayout) -> [String: FieldValue]? {
        var values: [String: FieldValue] = [:]
        for (name, value) in self {
            guard let field = structure.fields.first(where: { $0.member == name }) else { continue }
            guard let read = value.fieldValue(of: field) else { return nil }
            values[field.name] = read
        }
        return values
    }
}

extension JSONValue {
    fileprivate func messageOperation() -> EngineMessage.Operation? {
        guard let name = string() else { return nil }
        if let operation = EngineMessage.Operation(name: name) { return operation }
        fault(EngineMessage.Operation.faultOfName(name, isHinted: false))
        return nil
    }
}
