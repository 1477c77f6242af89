public import Driver
import Messages
import Synchronization

/// An in-process engine with configurable answers: the default of a host, and the way to see how the driver reacts to
/// an engine that is slow, wrong or gone.
public final class EmbeddedEngine: EnginePort {
    /// How an engine answers.
    public struct Behavior: Hashable, Sendable {
        /// The kind of answer.
        public var reply: Reply
        /// The time before an answer. If zero, the engine answers before `send` returns.
        public var delay: Duration
        /// Every `failEvery`-th send, of any kind, ends with STATUS_UNSUCCESSFUL; 0 disables this.
        public var failEvery: UInt64

        /// A behavior; by default the engine acknowledges at once and never fails.
        public init(reply: Reply = .acknowledge, delay: Duration = .zero, failEvery: UInt64 = 0) {
            self.reply = reply
            self.delay = delay
            self.failEvery = failEvery
        }
    }

    /// How it answers; fixed for the lifetime of the engine.
    public let behavior: Behavior
    private let timers: any TimerQueue
    private let sends = Atomic<UInt64>(0)

    /// An engine with this behavior, which uses `timers` for its delays.
    public init(_ behavior: Behavior = Behavior(), timers: any TimerQueue) {
        self.behavior = behavior
        self.timers = timers
    }

    /// Answers `message` according to `behavior`.
    ///
    /// `completion` is called before this returns if there is no delay, otherwise on the timer queue. If the answer
    /// would come at `timeout` or later, the result is STATUS_TIMEOUT at that moment.
    public func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        answer(behavior.reply.result(to: message), within: timeout, completion)
    }

    /// Completes as a send without content would, for `POST /engine/ping`. It counts for `failEvery`.
    public func ping(timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void) {
        answer(behavior.reply.resultOfPing, within: timeout, completion)
    }

    /// `answer` is nil if there is none.
    private func answer(
        _ answer: EngineResult?, within timeout: Duration, _ completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let number = sends.add(1, ordering: .relaxed).newValue
        let fails = behavior.failEvery != 0 && number.isMultiple(of: behavior.failEvery)
        let result = fails ? EngineResult(status: .unsuccessful) : answer
        if !fails, behavior.reply == .disconnect { return completion(EngineResult(status: .portDisconnected)) }
        if let result, behavior.delay <= .zero { return completion(result) }
        if let result, behavior.delay < timeout {
            _ = timers.schedule(after: behavior.delay) { completion(result) }
        } else {
            _ = timers.schedule(after: timeout) { completion(EngineResult(status: .timeout)) }
        }
    }
}
