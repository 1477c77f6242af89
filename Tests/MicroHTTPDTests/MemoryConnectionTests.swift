import Locking
import MicroHTTPDTesting
import Testing

@testable import MicroHTTPD

/// A connection in memory behaves like a daemon's.
struct MemoryConnectionTests {
    private static let host = [(name: "Host", value: "test")]

    private static func post(_ body: String, _ headers: [(name: String, value: String)] = []) -> RawRequest {
        let length = (name: "Content-Length", value: String(body.utf8.count))
        return RawRequest(method: "POST", target: "/", headers: host + headers + [length], body: Array(body.utf8))
    }

    private static let requests: [RawRequest] = [
        RawRequest(method: "GET", target: "/a%2Fb?c=d", headers: host),
        RawRequest(method: "GET", target: "/a%00", headers: host), RawRequest(method: "GET", target: "/", headers: []),
        RawRequest(method: "GET", target: "/", version: "HTTP/1.0", headers: []),
        RawRequest(method: "G@T", target: "/", headers: host), RawRequest(method: "GET", target: "*", headers: host),
        RawRequest(method: "GET", target: "/", headers: host + host), post(""), post("body"),
        post("body", [(name: "Content-Length", value: "4")]), post(String(repeating: "a", count: 11)),
        post(String(repeating: "a", count: 10)), post("body", [(name: "A b", value: "c")]),
        RawRequest(
            method: "POST", target: "/", headers: host + [(name: "Transfer-Encoding", value: "gzip")],
            body: Array("body".utf8)),
    ]

    /// The daemon's reply to `request`.
    private func overSocket(_ request: RawRequest, _ handler: TestHandler) throws -> String {
        let daemon = try Daemon.start(handler)
        let client = try Client(daemon.port)
        let lines = request.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        try client.send("\(request.method) \(request.target) \(request.version)\r\n\(lines)\r\n")
        try client.send(request.body)
        let reply = try client.receive()
        return "\(reply.status) \(reply.text)"
    }

    private func text(_ progress: MemoryConnection.Progress) -> String {
        switch progress {
        case .refused(let response), .answered(let response):
            guard case .bytes(let bytes) = response.body else { return "\(response.status) streamed" }
            return "\(response.status) \(String(decoding: bytes, as: UTF8.self))"
        case .waiting: return "waiting"
        case .incomplete: return "incomplete"
        }
    }

    @Test(arguments: requests.indices) func `a request gets the same reply as over a socket`(index: Int) throws {
        let handler = collecting(limit: 10) { request, responder in echo.answer(request, responder) }
        let request = Self.requests[index]
        let expected = try overSocket(request, handler)
        #expect(text(MemoryConnection(handler).send(request)) == expected)
    }

    @Test func `a request waits for its answer, and a dropped responder gives the handler's failure`() throws {
        let desk = Desk()
        let connection = MemoryConnection(desk.handler)
        #expect(text(connection.send(Self.post("a"))) == "waiting")
        #expect(text(connection.proceed()) == "waiting")
        try #require(desk.takeAll().first).responder.respond(Response(status: 204))
        #expect(text(connection.proceed()) == "204 ")
        #expect(text(connection.send(Self.post("b"))) == "waiting")
        _ = desk.takeAll()
        #expect(text(connection.proceed()) == "500 failure")
    }

    @Test func `an answer to a finished request is discarded`() throws {
        let desk = Desk()
        let connection = MemoryConnection(desk.handler)
        #expect(text(connection.send(Self.post("a"))) == "waiting")
        let former = try #require(desk.takeAll().first)
        #expect(text(connection.send(Self.post("b"))) == "waiting")
        former.responder.respond(Response(status: 204))
        #expect(text(connection.proceed()) == "waiting")
    }

    @Test func `a body arrives in pieces, and waits while the consumer does`() throws {
        let consumer = Sipping()
        let connection = MemoryConnection(TestHandler { _ in .stream(consumer) }, pieceLength: 3)
        var answer = text(connection.send(Self.post("abcdefgh")))
        while answer == "waiting" {
            try #require(consumer.resumption).resume()
            answer = text(connection.proceed())
        }
        #expect(answer == "200 abc bcd cde def efg fgh gh h")
        #expect(consumer.abandoned == 0)
    }

    @Test func `a body that ends early, or whose client disconnects, is abandoned`() {
        let consumer = Sipping()
        let connection = MemoryConnection(TestHandler { _ in .stream(consumer) })
        var request = Self.post("ab")
        #expect(text(connection.send(request)) == "waiting")
        connection.hangUp()
        #expect(consumer.abandoned == 1)
        request.body = []
        #expect(text(connection.send(request)) == "incomplete")
        connection.hangUp()
        #expect(consumer.abandoned == 2)
    }

    @Test func `an answer is read while it is produced, and its producer is closed at the end`() throws {
        let producer = Spelling("abc")
        let connection = MemoryConnection(TestHandler { _ in .reject(Response(status: 200, stream: producer)) })
        #expect(text(connection.send(RawRequest(method: "GET", target: "/"))) == "200 streamed")
        #expect(connection.read(2) == Array("a".utf8))
        #expect(connection.read(2) == nil)
        #expect(connection.read(2) == nil)
        try #require(producer.resumption).resume()
        #expect(connection.read(2) == Array("b".utf8))
        connection.hangUp()
        #expect(producer.closed == 1)
        #expect(connection.read(2) == [])
    }
}

extension TestHandler {
    /// Handles a whole request as if the plan was to collect it.
    fileprivate func answer(_ request: Request, _ responder: Responder) {
        guard case .collect(_, _, let handle) = begin(request.head) else { return }
        handle(request, responder)
    }
}

/// Takes one byte at a time and records the offered bytes.
private final class Sipping: BodyConsumer, Sendable {
    private let state = Locked((offered: [String](), resumption: BodyResumption?.none, abandoned: 0))

    var resumption: BodyResumption? { state.withLock { $0.resumption } }
    var abandoned: Int { state.withLock { $0.abandoned } }

    func consume(_ bytes: UnsafeRawBufferPointer, resume: BodyResumption) -> Int {
        state.withLock { state in
            state.offered.append(String(decoding: bytes, as: UTF8.self))
            state.resumption = resume
        }
        return 1
    }

    func finish(_ responder: Responder) {
        responder.respond(Response(status: 200, body: Array(state.withLock { $0.offered }.joined(separator: " ").utf8)))
    }

    func abandon() { state.withLock { $0.abandoned += 1 } }
}

/// Writes one letter at a time, and waits between letters.
private final class Spelling: BodyProducer {
    private let state: Locked<(letters: [UInt8], mustWait: Bool, resumption: BodyResumption?, closed: Int)>

    init(_ text: String) { state = Locked((Array(text.utf8), false, nil, 0)) }

    var resumption: BodyResumption? { state.withLock { $0.resumption } }
    var closed: Int { state.withLock { $0.closed } }

    func produce(into buffer: UnsafeMutableRawBufferPointer, resume: BodyResumption) -> BodyProduction {
        let letter = state.withLock { state -> UInt8?? in
            state.mustWait.toggle()
            state.resumption = resume
            if !state.mustWait { return .some(nil) }
            return state.letters.isEmpty ? nil : state.letters.removeFirst()
        }
        guard let letter else { return .end }
        guard let letter else { return .later }
        buffer[0] = letter
        return .bytes(1)
    }

    func close() { state.withLock { $0.closed += 1 } }
}
