import Driver
import Messages
import Scenarios

/// The types of message that criteria allow, each with the routines that make it.
struct MessageReach {
    /// A type of message and a routine that makes it.
    struct Maker {
        let type: MessageType
        let routine: DriverRoutine
    }

    private(set) var makers = Self.all

    /// All that the driver makes: each routine from its events, and those of raw notifications any of their kind.
    private static let all = DriverRoutine.allCases.flatMap { routine in
        routine.typesMade.map { Maker(type: $0, routine: routine) }
    }

    /// Whether no criterion says anything about the type.
    var isWhole: Bool { makers.count == Self.all.count }

    /// The kinds of these messages.
    var kinds: Set<EngineMessage.Kind> { Set(makers.map(\.type.kind)) }

    /// Their operations.
    var operations: [EngineMessage.Operation] {
        let operations = Set(makers.map(\.type.operation))
        return EngineMessage.Operation.allCases.filter(operations.contains)
    }

    /// Keeps those that have one of `values`; false, without an effect, if there are none.
    mutating func keep<Value: Equatable>(_ values: [Value]?, _ value: (Maker) -> Value) -> Bool {
        guard let values else { return true }
        let kept = makers.filter { values.contains(value($0)) }
        if !kept.isEmpty { makers = kept }
        return !kept.isEmpty
    }
}

extension MessageField {
    /// The fields of `data` of the messages of `operations`, each name once. A name may have several types; the first counts.
    static func data(of operations: [EngineMessage.Operation]) -> [FieldType.Field] {
        var names: Set<String> = []
        return operations.flatMap { data(of: $0) }.filter { names.insert($0.name).inserted }
    }
}

extension DriverRoutine {
    /// The types of message that have it as their routine.
    var typesMade: [MessageType] {
        switch self {
        case .sendSyncMonitorNotification: SyncOperation.allCases.map { .sync($0) }
        case .asyncSendNotification: AsyncOperation.allCases.map { .async($0) }
        default: messageTypes
        }
    }
}
