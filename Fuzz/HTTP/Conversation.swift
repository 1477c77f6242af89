import FuzzFinding
import JSON
import MicroHTTPD
import MicroHTTPDTesting

/// One request on its own connection, and its answer.
final class Conversation {
    private let request: RawRequest
    private let connection: MemoryConnection
    private var isStreamed = false
    /// The bytes received so far from a live stream of NDJSON.
    private var lines: [UInt8] = []
    private var isNDJSON = false
    /// Whether the request has been answered, or never will be.
    private(set) var isOver = false

    /// Sends the request, with its body in small pieces.
    init(_ request: RawRequest, to handler: any RequestHandler) {
        self.request = request
        connection = MemoryConnection(handler, pieceLength: 40)
        take(connection.send(request))
    }

    /// Checks for progress: an answer, or more of one.
    func proceed() {
        if !isOver { take(connection.proceed()) }
        guard isStreamed, let bytes = connection.read(700) else { return }
        if bytes.isEmpty { isStreamed = false }
        if isNDJSON { lines += bytes }
    }

    /// Closes the connection as a client would.
    func hangUp() {
        connection.hangUp()
        // Empty lines are heartbeats; the last line may have been cut.
        let newline = UInt8(ascii: "\n")
        for line in lines.prefix(upTo: lines.lastIndex(of: newline) ?? 0).split(separator: newline) {
            do {
                try JSONDocument.read(Array(line)) { _ in () }
            } catch {
                finding("\(request) -> \(String(decoding: line, as: UTF8.self)): \(error)")
            }
        }
    }

    private func take(_ progress: MemoryConnection.Progress) {
        switch progress {
        case .waiting: return
        case .incomplete: break
        case .refused(let response): AnswerCheck(response, to: request, nil).run()
        case .answered(let response):
            AnswerCheck(response, to: request, Contract.shared).run()
            if case .stream = response.body { isStreamed = true }
            isNDJSON = response.headers.contains { $0.value == "application/x-ndjson" }
        }
        isOver = true
    }

    /// Reports a finding unless the request was answered.
    func checkOver() { expect(isOver, "\(request) gets no answer") }
}
