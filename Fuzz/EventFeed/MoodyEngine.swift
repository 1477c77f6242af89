import Driver
import Messages
import TestSupport

/// An engine whose answer depends only on the message, so that two runs get the same answers.
struct MoodyEngine: EnginePort {
    /// Whether some answers are failures or unusable.
    let isBad: Bool
    /// The queue that it answers on; nil to answer before `send` returns.
    let answers: ManualWorkQueue?

    func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let result = result(of: message)
        if let answers { answers.async { completion(result) } } else { completion(result) }
    }

    private func result(of message: EngineMessage) -> EngineResult {
        guard isBad else { return .acknowledging(message) }
        // Depends on the message's data, not on its header: the numbers in the header can differ if the answers come in
        // another order.
        switch message.bytes.dropFirst(AsyncMessage.headerSize).reduce(0, { ($0 &* 31) ^ $1 }) % 8 {
        case 0: return .failing(.timeout)
        case 1: return .failing(.portDisconnected)
        case 2: return EngineResult(status: .success, reply: .unreadable(ReplyFault("moody")))
        case 3: return EngineResult(status: .success, reply: .createProcess(CreateProcessAnswer(accessDenied: true)))
        case 4: return EngineResult(status: .success, reply: .bytes(message.bytes))
        default: return .acknowledging(message)
        }
    }
}
