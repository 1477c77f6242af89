/// The way in which an engine takes several asynchronous messages at once. Ours: the driver sends each alone (decision 39).
public protocol BatchPort: AnyObject, Sendable {
    /// How many messages a batch may have, and how long the driver gathers it.
    var limits: BatchLimits { get }

    /// Sends asynchronous messages together, in order.
    ///
    /// Called as `EnginePort.send` is. `completion` must be called exactly once, no later than after `timeout`, with the
    /// results of the first messages, at least of one. The others did not fit and were not sent; the driver sends them next.
    func send(
        _ messages: [EngineMessage], timeout: Duration, completion: @escaping @Sendable ([EngineResult]) -> Void)
}

/// The limits of a batch.
public struct BatchLimits: Hashable, Sendable {
    /// The values that `maxMessages` may have.
    public static let messageCounts = 2...1000
    /// The values that `maxDelay` may have, in milliseconds.
    public static let delayMilliseconds = 0...1000

    /// The most messages.
    public let maxMessages: Int
    /// How long the first message may wait for others, in the time of the driver's timers.
    public let maxDelay: Duration

    /// Batches of up to `maxMessages`, by default 64, whose first message waits for at most `maxDelay`, by default 5 ms.
    public init(maxMessages: Int? = nil, maxDelay: Duration? = nil) {
        self.maxMessages = maxMessages ?? 64
        self.maxDelay = maxDelay ?? .milliseconds(5)
    }
}
