import Bytes

/// A request on a connection, and the part of its answer that has arrived.
struct Transfer {
    let request: TransferRequest
    let client: ClientID
    let lane: Lane
    /// How long it waited for the connection.
    let waited: Duration
    /// How many bytes of the request have been sent.
    var sent = 0
    /// The answer.
    var reader = ReplyReader()

    /// The transfer of a request that starts at `now`.
    init(_ start: PoolState<TransferRequest>.Start, at now: Monotonic) {
        request = start.request
        client = start.client
        lane = start.lane
        waited = start.waitedSince.map { now - $0 } ?? .zero
    }

    /// Whether the whole request has been sent.
    var isSent: Bool { sent == request.bytes.count }

    /// The outcome if the answer was read up to `progress`; nil if more is to come.
    func outcome(_ progress: ReplyReader.Progress) -> TransferOutcome? {
        switch progress {
        case .partial: nil
        case .complete:
            .response(
                HTTPResponse(status: reader.head.status, contentType: reader.head.contentType, body: reader.body))
        case .tooLarge(let excess): .tooLarge(status: reader.head.status, excess)
        case .invalid(let fault): .disconnected(fault)
        }
    }
}
