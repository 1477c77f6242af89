import Messages

/// The conditions that lead to a type of message: how each must turn out, in the routine's order.
public struct MessagePath: Sendable {
    /// The type of message.
    public let type: MessageType
    /// The routine that makes it.
    public let routine: DriverRoutine
    /// The conditions with their outcomes. The routine makes the message if and only if all of them are so.
    public let conditions: [(check: Check, holds: Bool)]

    /// The table: every type of message that events cause.
    public static let table: [MessagePath] = DriverRoutine.allCases.flatMap { routine in
        let results = routine.commonResults
        return routine.messageTypes.map { MessagePath(type: $0, routine: routine, conditions: results[$0] ?? []) }
    }
}

extension DriverRoutine {
    /// The results that all ways to a type of message have in common, in the order of the checks.
    fileprivate var commonResults: [MessageType: [(check: Check, holds: Bool)]] {
        var common: [MessageType: [(check: Check, holds: Bool)]] = [:]
        forEachWay { way, sends in
            for type in sends {
                common[type] = common[type]?.filter { known in way.contains { $0 == known } } ?? way
            }
        }
        return common
    }
}
