import Messages

@testable import Driver

extension MessageRecord {
    /// A LogPrint message without data.
    static func make(_ sequence: UInt64, processId: UInt32? = nil) -> MessageRecord {
        let message = EngineMessage(
            sequence: sequence, time: .none, kind: .async,
            process: processId.map { AuxPidCreationTime(processId: $0, creationTime: .none) },
            content: .async(AsyncMessage(operation: .logPrint, body: .raw([]))))
        return MessageRecord(
            message: message, by: RoutineRun(routine: .asyncSendNotification, caller: nil), delivery: .queued)
    }
}

extension AsyncNotification {
    static func make(_ sequence: UInt64, high: Bool, size: Int) -> AsyncNotification {
        AsyncNotification(record: .make(sequence), size: size, isHighPriority: high)
    }
}

extension AsyncBody {
    /// A body of `operation` in which everything is 0 or absent.
    static func empty(_ operation: AsyncOperation) -> AsyncBody { AsyncBody(operation) { _ in nil } }
}

extension Journal {
    /// The result of a search for the first `limit` messages, `part` messages at a time.
    func page(_ query: MessageQuery, limit: Int, part: Int = 2) -> MessagePage {
        var search = MessageSearch(query, limit: limit)
        while !search.isOver { advance(&search, by: part) }
        return search.page
    }
}
