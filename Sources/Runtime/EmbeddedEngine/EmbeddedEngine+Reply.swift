import Driver
import Messages

extension EmbeddedEngine {
    /// What an embedded engine answers. The raw values are those of the API.
    public enum Reply: String, CaseIterable, Sendable {
        /// Acknowledges sync messages and allows processes.
        case acknowledge
        /// Sync messages get the type of another operation, CreateProcess a reply that is none.
        case mismatch
        /// Takes every message and puts nothing into the reply buffer.
        case empty
        /// Denies processes; acknowledges sync messages.
        case deny
        /// Never answers.
        case timeout
        /// Its port is closed: every send fails at once, whatever the delay.
        case disconnect

        /// What a send of `message` comes to; nil when no answer comes.
        func result(to message: EngineMessage) -> EngineResult? {
            switch self {
            case .timeout: nil
            case .disconnect: EngineResult(status: .portDisconnected)
            case .empty: EngineResult(status: .success)
            case .acknowledge, .mismatch, .deny: EngineResult(status: .success, reply: reply(to: message))
            }
        }

        /// What a ping comes to; nil when no answer comes.
        var resultOfPing: EngineResult? {
            switch self {
            case .timeout: nil
            case .disconnect: EngineResult(status: .portDisconnected)
            case .empty, .acknowledge, .mismatch, .deny: EngineResult(status: .success)
            }
        }

        private func reply(to message: EngineMessage) -> EngineReply {
            switch message.content {
            case .sync(let content):
                let operation = self == .mismatch ? Reply.another(than: content.operation) : content.operation
                return .sync(ReplySyncMessage(operationType: operation.rawValue))
            case .async(let content):
                // Only CreateProcess at creation has a reply that anybody reads (PRC-3).
                guard message.kind == .direct, content.operation == .createProcess else { return .empty }
                return self == .mismatch
                    ? .unreadable : .createProcess(CreateProcessAnswer(accessDenied: self == .deny))
            }
        }

        private static func another(than operation: SyncOperation) -> SyncOperation {
            operation == .newThreadSameProcess ? .newThreadDifferentProcess : .newThreadSameProcess
        }
    }
}
