public import Driver
import Messages
import Synchronization

/// An engine in-process that answers as it is told: the default of a host, and the way to see what the driver does when
/// its engine is slow, wrong or gone.
public final class EmbeddedEngine: EnginePort {
    /// How an engine answers.
    public struct Behaviour: Hashable, Sendable {
        /// What it answers.
        public var reply: Reply
        /// How long it takes over an answer. None: it answers before `send` returns.
        public var delay: Duration
        /// Every so-many-th send, of any kind, ends with STATUS_UNSUCCESSFUL; 0 for none.
        public var failEvery: UInt64

        /// The given behaviour; by default it acknowledges at once and never fails.
        public init(reply: Reply = .acknowledge, delay: Duration = .zero, failEvery: UInt64 = 0) {
            self.reply = reply
            self.delay = delay
            self.failEvery = failEvery
        }
    }

    /// How it answers; fixed for the engine's life.
    public let behaviour: Behaviour
    private let timers: any TimerQueue
    private let sends = Atomic<UInt64>(0)

    /// An engine that behaves so and takes its delays from `timers`.
    public init(_ behaviour: Behaviour = Behaviour(), timers: any TimerQueue) {
        self.behaviour = behaviour
        self.timers = timers
    }

    /// Answers `message` as the behaviour says.
    ///
    /// `completion` is called before this returns when there is nothing to wait for, else on the timer queue. An answer
    /// that would come when `timeout` is over, or later, is STATUS_TIMEOUT at that moment.
    public func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        answer(behaviour.reply.result(to: message), within: timeout, completion)
    }

    /// Tells how a send with no content would end: for `POST /engine/ping`. It counts for `failEvery`.
    public func ping(timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void) {
        answer(behaviour.reply.resultOfPing, within: timeout, completion)
    }

    /// `answer` is nil when there will be none.
    private func answer(
        _ answer: EngineResult?, within timeout: Duration, _ completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let number = sends.add(1, ordering: .relaxed).newValue
        let fails = behaviour.failEvery != 0 && number.isMultiple(of: behaviour.failEvery)
        let result = fails ? EngineResult(status: .unsuccessful) : answer
        if !fails, behaviour.reply == .disconnect { return completion(EngineResult(status: .portDisconnected)) }
        if let result, behaviour.delay <= .zero { return completion(result) }
        if let result, behaviour.delay < timeout {
            _ = timers.schedule(after: behaviour.delay) { completion(result) }
        } else {
            _ = timers.schedule(after: timeout) { completion(EngineResult(status: .timeout)) }
        }
    }
}
