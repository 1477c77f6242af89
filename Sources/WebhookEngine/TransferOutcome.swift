/// The result of a request.
enum TransferOutcome: Sendable {
    /// The engine answered, in time and whole.
    case response(HTTPResponse)
    /// The engine sent more than it may; the status, 0 without one, and what there was too much of.
    case tooLarge(status: Int, String)
    /// The deadline came before the answer.
    case timedOut
    /// The deadline came before a connection was free; how many there are.
    case noConnection(String)
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
