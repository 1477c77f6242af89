/// One POST that somebody asked for.
struct TransferRequest: Sendable {
    /// Header lines beyond libcurl's own.
    let headers: [String]
    /// The content.
    let body: [UInt8]
    /// When its time is over, sent or not.
    let deadline: Monotonic
    /// Called exactly once, on the thread of the `CurlMulti`, or on that of the sender when it has stopped.
    let completion: @Sendable (TransferOutcome) -> Void
}

/// Where requests go, the same for all of a lane.
struct CurlEndpoint: Sendable {
    /// A URL that keeps to `URLRules`.
    let url: String
    /// The value of User-Agent.
    let userAgent: String
    /// Certificates to trust instead of the system's.
    let caFile: String?
}
