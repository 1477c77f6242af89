public import Driver
import Messages

/// An in-process engine with configurable answers: the default of a host, and the way to see how the driver reacts to
/// an engine that is slow, wrong or gone.
public final class EmbeddedEngine: EnginePort {
    /// How an engine answers.
    public struct Behavior: Hashable, Sendable {
        /// The kind of answer.
        public var reply: Reply
        /// The time before an answer. If zero, the engine answers before `send` returns.
        public var delay: Duration
        /// Every `failEvery`-th send that matches no entry of `replies`, pings included, ends with STATUS_UNSUCCESSFUL; 0
        /// disables this.
        public var failEvery: UInt64
        /// Other answers for some messages. The first entry that matches counts.
        public var replies: [ReplyEntry] = []

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
    private let table: ReplyTable

    /// An engine with this behavior, which uses `timers` for its delays.
    public init(_ behavior: Behavior = Behavior(), timers: any TimerQueue) {
        self.behavior = behavior
        self.timers = timers
        table = ReplyTable(behavior.replies, failEvery: behavior.failEvery)
    }

    /// Answers `message` according to `behavior`.
    ///
    /// `completion` is called before this returns if there is no delay, otherwise on the timer queue. If the answer
    /// would come at `timeout` or later, the result is STATUS_TIMEOUT at that moment.
    public func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let decision = table.decide(
            kind: message.kind, operation: message.operation, imageFileName: message.imageFileName)
        let reply = decision.entry?.reply ?? behavior.reply
        let result =
            decision.entry?.answer.map { EngineResult(status: .success, reply: .createProcess($0)) }
            ?? reply.result(to: message)
        answer(decision, result, within: timeout, completion)
    }

    /// Completes as a send without content would, for `POST /engine/ping`. It counts for `failEvery`.
    public func ping(timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void) {
        answer(table.decideOnPing(), behavior.reply.resultOfPing, within: timeout, completion)
    }

    /// Ends a send with `answer`; nil if there is none.
    private func answer(
        _ decision: ReplyTable.Decision, _ answer: EngineResult?, within timeout: Duration,
        _ completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        let result = decision.fails ? EngineResult(status: .unsuccessful) : answer
        // A closed port fails at once, whatever the delay.
        if let result, result.status == .portDisconnected { return completion(result) }
        let delay = decision.entry?.delay ?? behavior.delay
        if let result, delay <= .zero { return completion(result) }
        if let result, delay < timeout {
            _ = timers.schedule(after: delay) { completion(result) }
        } else {
            _ = timers.schedule(after: timeout) { completion(EngineResult(status: .timeout)) }
        }
    }
}
