import Curl

/// A request that libcurl is working on, and what has come back so far.
///
/// Only the thread of the `CurlMulti` touches it.
final class Transfer: TransferDelegate {
    /// Most bytes of a reply's content, and of all of its header lines.
    static let maxReplySize = 65_536
    /// Most bytes that may be received of a reply, whatever they are: content, header lines, the framing of chunks. Some 64
    /// KiB more may come before they are counted.
    static let maxReceivedSize = 262_144
    /// How many pieces are read before bytes are counted, which costs time; an answer of the usual size is whole by then.
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

    /// A request that waited so long for its connection.
    init(_ request: TransferRequest, waited: Duration) throws(CurlFailure) {
        self.request = request
        self.waited = waited
        headers = try HeaderList(request.headers)
    }

    /// Ends the request.
    func end(_ outcome: TransferOutcome) { request.completion(TransferEnd(outcome: outcome, waited: waited)) }

    /// Copies the next part of the body to `buffer` and says how much that is.
    func send(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let part = request.body[sent...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        sent += part.count
        return part.count
    }

    /// Takes a part of the reply; false when that makes it too large.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard reply.count + bytes.count <= Transfer.maxReplySize else {
            excess = "reply over \(Transfer.maxReplySize) bytes"
            return false
        }
        reply.append(contentsOf: bytes)
        return true
    }

    /// Counts a header line; false when that makes them too many.
    func receiveHeader(_ count: Int) -> Bool {
        headerBytes += count
        guard headerBytes <= Transfer.maxReplySize else {
            excess = "header lines of the reply over \(Transfer.maxReplySize) bytes"
            return false
        }
        return true
    }

    /// Takes note that libcurl read a piece, of 16 KiB at most; false when it has read too much.
    func makeProgress(on handle: EasyHandle) -> Bool {
        steps += 1
        if steps == Transfer.uncountedSteps { handle.countReceived() }
        guard receivedBytes <= Transfer.maxReceivedSize else {
            excess = "reply over \(Transfer.maxReceivedSize) bytes with its framing"
            return false
        }
        return true
    }

    /// Counts bytes of a reply as they came: `receive` and `receiveHeader` see nothing of the framing of chunks.
    func noteReceived(_ count: Int) { receivedBytes += count }

    /// What the reply had too much of, when the transfer ended with `code`; nil when nothing was too large.
    func excessText(_ code: ResultCode) -> String? {
        if let excess { return excess }
        // libcurl's code for a header line of more than 100 kB. It passes nothing on before a line is complete.
        let isLongLine = code == .outOfMemory || code == .tooLarge
        return isLongLine && steps > Transfer.uncountedSteps ? "a header line of the reply over 100 kB" : nil
    }
}
