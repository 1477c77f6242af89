import Driver
import DriverJSON
import JSON

/// Several messages as one request: a JSON array of their events (decision 39).
struct MessageBatch {
    /// The most bytes of a body, unless a single message has more.
    static let maxSize = 1 << 20

    /// The array.
    let body: [UInt8]
    /// How many messages it has.
    let count: Int
    /// `{host}-{random}-batch-{first}-{last}`, with the sequences of its first and last message.
    let id: String

    /// The first of `messages`, as many as fit; there must be one.
    init(_ messages: [EngineMessage], origin: EventOrigin) {
        var json = JSONWriter(reserving: 1024 * messages.count)
        // One byte is left for the end of the array.
        count = json.array(of: messages, within: MessageBatch.maxSize - 1) { json, message in
            let data = MessageData(message, host: origin.host)
            CloudEvent(message, origin: origin).write(to: &json) { data.write(to: &$0) }
        }
        body = json.bytes
        let (first, last) = (messages[0].sequence, messages[count - 1].sequence)
        id = "\(origin.host)-\(origin.random)-batch-\(first)-\(last)"
    }
}

/// Sends batches to a webhook engine.
final class WebhookBatches: BatchPort {
    let limits: BatchLimits
    private let engine: WebhookEngine
    private let head: RequestHead

    /// Batches of `engine` as requests with `head`.
    init(engine: WebhookEngine, limits: BatchLimits, head: RequestHead) {
        self.engine = engine
        self.limits = limits
        self.head = head
    }

    func send(
        _ messages: [EngineMessage], timeout: Duration, completion: @escaping @Sendable ([EngineResult]) -> Void
    ) {
        engine.send(batch: messages, under: head, timeout: timeout) { [engine] results in
            // An engine that was replaced lives until its last batch has ended.
            withExtendedLifetime(engine) { completion(results) }
        }
    }
}
