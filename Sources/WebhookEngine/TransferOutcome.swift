/// The result of a request.
enum TransferOutcome: Sendable {
    /// The engine sent a complete answer in time.
    case response(HTTPResponse)
    /// The answer exceeded a limit; its status, 0 if none was received, and which limit.
    case tooLarge(status: Int, String)
    /// The deadline passed before the answer was complete.
    case timedOut
    /// The deadline passed before a connection was free; the text states how many there are.
    case noConnection(String)
    /// No connection could be made, or it was lost.
    case disconnected(String)
    /// The request was not attempted.
    case notTried(String)
}

/// An engine's answer.
struct HTTPResponse: Sendable {
    /// Status code.
    let status: Int
    /// The value of Content-Type.
    let contentType: String?
    /// The content, at most `Transfer.maxReplySize` bytes.
    let body: [UInt8]

    /// Whether the status is 2xx.
    var isSuccess: Bool { (200..<300).contains(status) }
}
