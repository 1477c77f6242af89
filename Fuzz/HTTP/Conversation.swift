import FuzzFinding
import JSON
import MicroHTTPD
import MicroHTTPDTesting

/// One request on a connection of its own, and what comes of it.
final class Conversation {
    private let request: RawRequest
    private let connection: MemoryConnection
    private var isStreamed = false
    /// What has come of a live stream of NDJSON.
    private var lines: [UInt8] = []
    private var isNDJSON = false
    /// Whether the request has its answer, or will not have one.
    private(set) var isOver = false

    /// Sends the request; the body comes in small pieces.
    init(_ request: RawRequest, to handler: any RequestHandler) {
        self.request = request
        connection = MemoryConnection(handler, pieceLength: 40)
        take(connection.send(request))
    }

    /// Looks whether there is more: an answer, or more of one.
    func proceed() {
        if !isOver { take(connection.proceed()) }
        guard isStreamed, let bytes = connection.read(700) else { return }
        if bytes.isEmpty { isStreamed = false }
        if isNDJSON { lines += bytes }
    }

    /// The client goes away.
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

    /// A finding unless the request has its answer.
    func checkOver() { expect(isOver, "\(request) gets no answer") }
}
