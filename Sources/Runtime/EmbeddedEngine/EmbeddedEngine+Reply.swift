import Driver
import Messages

extension EmbeddedEngine {
    /// The kinds of answer of an embedded engine. The raw values are those of the API.
    public enum Reply: String, CaseIterable, Sendable {
        /// Acknowledges sync messages and allows processes.
        case acknowledge
        /// Answers sync messages with the type of another operation, and CreateProcess with an invalid reply.
        case mismatch
        /// Takes every message and leaves the reply buffer empty.
        case empty
        /// Denies processes; acknowledges sync messages.
        case deny
        /// Never answers.
        case timeout
        /// Its port is closed: every send fails at once, whatever the delay.
        case disconnect

        /// The result of sending `message`; nil if no answer comes.
        func result(to message: EngineMessage) -> EngineResult? {
            switch self {
            case .timeout: nil
            case .disconnect: EngineResult(status: .portDisconnected)
            case .empty: EngineResult(status: .success)
            case .acknowledge, .mismatch, .deny: EngineResult(status: .success, reply: reply(to: message))
            }
        }

        /// The result of a ping; nil if no answer comes.
        var resultOfPing: EngineResult? {
            switch self {
            case .timeout: nil
            case .disconnect: EngineResult(status: .portDisconnected)
            case .empty, .acknowledge, .mismatch, .deny: EngineResult(status: .success)
            }
        }

        private func reply(to message: EngineMessage) -> EngineReply {
            // Its content would be copied.
            switch message.operation {
            case .sync(let operation):
                let answered = self == .mismatch ? Reply.another(than: operation) : operation
                return .sync(ReplySyncMessage(operationType: answered.rawValue))
            case .async(let operation):
                // Only CreateProcess at creation has a reply that the driver reads (PRC-3).
                guard message.kind == .direct, operation == .createProcess else { return .empty }
                return self == .mismatch
                    ? .unreadable(ReplyFault("the embedded engine answers with a mismatch"))
                    : .createProcess(CreateProcessAnswer(accessDenied: self == .deny))
            }
        }

        private static func another(than operation: SyncOperation) -> SyncOperation {
            operation == .newThreadSameProcess ? .newThreadDifferentProcess : .newThreadSameProcess
        }
    }
}
