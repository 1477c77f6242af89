public import Driver
import Locking
public import Messages

/// An engine that takes batches, records them, and answers when the test says so.
public final class BatchEngine: EnginePort {
    /// A batch as it was sent.
    public struct Delivery: Sendable {
        /// The sequences of its messages.
        public let sequences: [UInt64]
        /// How long the driver waits for the answer.
        public let timeout: Duration
    }

    private struct State {
        var limits: BatchLimits?
        var fitting = Int.max
        var answersAtOnce = false
        var received: [Delivery] = []
        var waiting: [(count: Int, completion: @Sendable ([EngineResult]) -> Void)] = []
    }

    private final class Port: BatchPort {
        let limits: BatchLimits
        private let engine: BatchEngine

        init(engine: BatchEngine, limits: BatchLimits) {
            self.engine = engine
            self.limits = limits
        }

        func send(
            _ messages: [EngineMessage], timeout: Duration, completion: @escaping @Sendable ([EngineResult]) -> Void
        ) {
            engine.take(messages, timeout, completion)
        }
    }

    private let state: Locked<State>

    /// An engine that takes up to `maxMessages` at once; it answers each batch at once if `answersAtOnce`.
    public init(maxMessages: Int, maxDelay: Duration = .zero, answersAtOnce: Bool = false) {
        let limits = BatchLimits(maxMessages: maxMessages, maxDelay: maxDelay)
        state = Locked(State(limits: limits, answersAtOnce: answersAtOnce))
    }

    /// All batches, in order. A message that was sent alone is one of one.
    public var received: [Delivery] { state.withLock { $0.received } }
    /// The sequences of all batches, in order.
    public var sent: [[UInt64]] { received.map(\.sequences) }
    /// How many sends wait for an answer.
    public var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Takes other batches from now on; nil for messages one by one.
    public func setLimits(_ limits: BatchLimits?) { state.withLock { $0.limits = limits } }
    /// Takes only the first `count` messages of each batch from now on.
    public func setFitting(_ count: Int) { state.withLock { $0.fitting = count } }

    /// How it takes batches.
    public var batches: (any BatchPort)? { state.withLock { $0.limits }.map { Port(engine: self, limits: $0) } }

    /// Takes one message.
    public func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        take([message], timeout) { completion($0[0]) }
    }

    private func take(
        _ messages: [EngineMessage], _ timeout: Duration, _ completion: @escaping @Sendable ([EngineResult]) -> Void
    ) {
        let isAnswered = state.withLock { state in
            state.received.append(Delivery(sequences: messages.map(\.sequence), timeout: timeout))
            state.waiting.append((min(messages.count, state.fitting), completion))
            return state.answersAtOnce
        }
        if isAnswered { answer() }
    }

    /// Answers the send that has waited longest; false if there is none.
    @discardableResult
    public func answer(_ result: EngineResult = EngineResult(status: .success)) -> Bool {
        let next = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
        guard let next else { return false }
        next.completion([EngineResult](repeating: result, count: next.count))
        return true
    }
}
