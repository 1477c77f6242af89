import Curl

/// A request in flight, and the part of its reply received so far.
///
/// Used on the `CurlMulti` thread only.
final class Transfer: TransferDelegate {
    /// Maximum size of a reply's content in bytes, and of its header lines together.
    static let maxReplySize = 65_536
    /// Maximum number of bytes received for a reply: content, header lines and chunk framing. About 64 KiB more may
    /// arrive before they are counted.
    static let maxReceivedSize = 262_144
    /// Number of reads before bytes are counted. Counting is slow, and most replies are complete by then.
    private static let uncountedSteps = 4

    let request: TransferRequest
    let headers: HeaderList
    private(set) var reply: [UInt8] = []
    private let waited: Duration
    private var excess: String?
    private var headerBytes = 0
    private var sent = 0
    private var steps = 0
    private var receivedBytes = 0

    /// Creates the transfer of `request`, which waited for its connection for `waited`.
    init(_ request: TransferRequest, waited: Duration) throws(CurlFailure) {
        self.request = request
        self.waited = waited
        headers = try HeaderList(request.headers)
    }

    /// Completes the request with `outcome`.
    func end(_ outcome: TransferOutcome) { request.completion(TransferEnd(outcome: outcome, waited: waited)) }

    /// Copies the next part of the body to `buffer` and returns its length.
    func send(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let part = request.body[sent...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        sent += part.count
        return part.count
    }

    /// Appends a part of the reply; returns false if the reply is too large.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard reply.count + bytes.count <= Transfer.maxReplySize else {
            excess = "reply over \(Transfer.maxReplySize) bytes"
            return false
        }
        reply.append(contentsOf: bytes)
        return true
    }

    /// Counts a header line; returns false if the header lines are too large.
    func receiveHeader(_ count: Int) -> Bool {
        headerBytes += count
        guard headerBytes <= Transfer.maxReplySize else {
            excess = "header lines of the reply over \(Transfer.maxReplySize) bytes"
            return false
        }
        return true
    }

    /// Called after each read of libcurl, of at most 16 KiB; returns false if the reply is too large.
    func makeProgress(on handle: EasyHandle) -> Bool {
        steps += 1
        if steps == Transfer.uncountedSteps { handle.countReceived() }
        guard receivedBytes <= Transfer.maxReceivedSize else {
            excess = "reply over \(Transfer.maxReceivedSize) bytes with its framing"
            return false
        }
        return true
    }

    /// Counts raw bytes of a reply: `receive` and `receiveHeader` do not see chunk framing.
    func noteReceived(_ count: Int) { receivedBytes += count }

    /// Why the reply was too large, if the transfer ended with `code` for that reason; otherwise nil.
    func excessText(_ code: ResultCode) -> String? {
        if let excess { return excess }
        // libcurl fails with these codes on a header line over 100 kB. It only passes on complete lines.
        let isLongLine = code == .outOfMemory || code == .tooLarge
        return isLongLine && steps > Transfer.uncountedSteps ? "a header line of the reply over 100 kB" : nil
    }
}
