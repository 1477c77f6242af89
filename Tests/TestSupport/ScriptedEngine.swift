public import Driver
import Locking
public import Messages

/// An engine that records the messages it gets and answers by a script, or manually if the script gives no answer.
public final class ScriptedEngine: EnginePort {
    /// The answer to a message; nil leaves it to `answer`.
    public typealias Script = @Sendable (EngineMessage) -> EngineResult?

    /// A message as it was sent.
    public struct Delivery: Sendable {
        /// The message.
        public let message: EngineMessage
        /// How long the driver waits for the answer.
        public let timeout: Duration
    }

    private struct State {
        var script: Script
        var received: [Delivery] = []
        var waiting: [(message: EngineMessage, completion: @Sendable (EngineResult) -> Void)] = []
    }

    private let state: Locked<State>

    /// An engine that follows `script`; by default it acknowledges everything at once.
    public init(script: @escaping Script = { .acknowledging($0) }) { state = Locked(State(script: script)) }

    /// An engine without automatic answers.
    public static func holding() -> ScriptedEngine { ScriptedEngine { _ in nil } }

    /// Everything that was sent, in order.
    public var received: [Delivery] { state.withLock { $0.received } }

    /// The messages that were sent, in order.
    public var messages: [EngineMessage] { received.map(\.message) }

    /// Sequences of the messages that wait for an answer, in order.
    public var waiting: [UInt64] { state.withLock { $0.waiting.map(\.message.sequence) } }

    /// Follows another script from the next message on.
    public func follow(_ script: @escaping Script) { state.withLock { $0.script = script } }

    /// Records a message; answers before this returns if the script has an answer.
    public func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let script = state.withLock { state in
            state.received.append(Delivery(message: message, timeout: timeout))
            return state.script
        }
        if let result = script(message) { return completion(result) }
        state.withLock { $0.waiting.append((message, completion)) }
    }

    /// Answers message `sequence`, or the one that has waited longest, with `result`; false if there is none.
    @discardableResult
    public func answer(_ result: EngineResult, to sequence: UInt64? = nil) -> Bool {
        answer(to: sequence) { _ in result }
    }

    /// Acknowledges message `sequence`, or the one that has waited longest; false if there is none.
    @discardableResult
    public func acknowledge(_ sequence: UInt64? = nil) -> Bool {
        answer(to: sequence) { .acknowledging($0) }
    }

    /// Answers message `sequence`, or the one that has waited longest, with the result of `result`; false if there is
    /// none.
    @discardableResult
    public func answer(to sequence: UInt64? = nil, with result: (EngineMessage) -> EngineResult) -> Bool {
        let next = state.withLock { state -> (message: EngineMessage, completion: @Sendable (EngineResult) -> Void)? in
            let index = state.waiting.firstIndex { sequence == nil || $0.message.sequence == sequence }
            return index.map { state.waiting.remove(at: $0) }
        }
        guard let next else { return false }
        next.completion(result(next.message))
        return true
    }
}

extension EngineResult {
    /// Success with an acknowledgment: the type for a synchronous message, an empty reply for others.
    public static func acknowledging(_ message: EngineMessage) -> EngineResult {
        guard case .sync(let sync) = message.content else { return EngineResult(status: .success) }
        return EngineResult(
            status: .success, reply: .sync(ReplySyncMessage(operationType: sync.operation.rawValue)))
    }

    /// A send that failed with `status`.
    public static func failing(_ status: NTStatus) -> EngineResult { EngineResult(status: status) }
}
