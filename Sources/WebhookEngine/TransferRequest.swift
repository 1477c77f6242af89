import Bytes

/// One POST to an engine.
struct TransferRequest: Sendable {
    /// Head and body, as they are sent.
    let bytes: [UInt8]
    /// When the request times out, sent or not.
    let deadline: Monotonic
    /// Called exactly once: on the thread of the webhooks, or on one that sends.
    let completion: @Sendable (TransferEnd) -> Void
}

/// How a request ended.
struct TransferEnd: Sendable {
    /// The result.
    let outcome: TransferOutcome
    /// How long it waited for a connection; nil if it never had one.
    let waited: Duration?
}
