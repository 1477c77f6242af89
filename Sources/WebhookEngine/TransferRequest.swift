import Bytes

/// One POST that somebody asked for.
struct TransferRequest: Sendable {
    /// Header lines beyond libcurl's own.
    let headers: [String]
    /// The content.
    let body: [UInt8]
    /// When its time is over, sent or not.
    let deadline: Monotonic
    /// Called exactly once, on the thread of the `CurlMulti`, or on that of the sender when it has stopped.
    let completion: @Sendable (TransferEnd) -> Void

    /// Ends a request that never had a connection.
    func end(unsent outcome: TransferOutcome) { completion(TransferEnd(outcome: outcome, waited: nil)) }
}

/// How a request ended.
struct TransferEnd: Sendable {
    /// The result.
    let outcome: TransferOutcome
    /// How long it waited for a connection; nil when it never had one.
    let waited: Duration?
}
