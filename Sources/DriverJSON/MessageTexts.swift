import Driver
import JSON
import Messages

/// The texts that are the same in all messages of a type, written once.
final class MessageTexts: Sendable {
    /// `wdfilter.{kind}.{operation}`, the type of its events.
    let eventType: String
    /// The member `type` of its events.
    let type: WrittenMembers
    /// The members `kind`, `operation` and `operationCode` of its data.
    let operation: WrittenMembers
    /// The members `kind` and `operation`.
    let summary: WrittenMembers

    private init(_ kind: EngineMessage.Kind, _ operation: EngineMessage.Operation) {
        let eventType = "wdfilter.\(kind.rawValue).\(operation.name)"
        self.eventType = eventType
        type = WrittenMembers { $0.member("type", eventType) }
        self.operation = WrittenMembers { json in
            json.member("kind", kind.rawValue)
            json.member("operation", operation.name)
            json.member("operationCode", operation.code)
        }
        summary = WrittenMembers { json in
            json.member("kind", kind.rawValue)
            json.member("operation", operation.name)
        }
    }

    /// The texts of the type of `message`.
    static func of(_ message: EngineMessage) -> MessageTexts {
        let (texts, code) =
            switch message.operation {
            case .sync(let operation): (sync, operation.rawValue)
            case .async(let operation): (message.kind == .direct ? direct : async, operation.rawValue)
            }
        guard let found = texts[Int(code)] else { preconditionFailure("no texts for operation \(code)") }
        return found
    }

    private static let sync = table(.sync, SyncOperation.allCases) { .sync($0) }
    private static let async = table(.async, AsyncOperation.allCases) { .async($0) }
    private static let direct = table(.direct, AsyncOperation.allCases) { .async($0) }

    /// The texts of all `operations` by their values.
    private static func table<Operation: MessageOperation>(
        _ kind: EngineMessage.Kind, _ operations: [Operation], _ wrap: (Operation) -> EngineMessage.Operation
    ) -> [MessageTexts?] {
        var table = [MessageTexts?](repeating: nil, count: 1 + Int(operations.map(\.rawValue).max() ?? 0))
        for operation in operations { table[Int(operation.rawValue)] = MessageTexts(kind, wrap(operation)) }
        return table
    }
}
