/// What a request came to.
enum TransferOutcome: Sendable {
    /// The engine answered, in time and whole.
    case response(HTTPResponse)
    /// The engine answered more than `Transfer.maxReplySize` bytes; with this status.
    case tooLarge(status: Int)
    /// The deadline came first, whether the request was sent or still waited.
    case timedOut
    /// There is no connection, or it was lost.
    case disconnected(String)
    /// It was not tried.
    case notTried(String)
}

/// An answer.
struct HTTPResponse: Sendable {
    /// The status code.
    let status: Int
    /// The value of Content-Type.
    let contentType: String?
    /// The content, `Transfer.maxReplySize` bytes at most.
    let body: [UInt8]

    /// Whether the status is 2xx.
    var isSuccess: Bool { (200..<300).contains(status) }
}
