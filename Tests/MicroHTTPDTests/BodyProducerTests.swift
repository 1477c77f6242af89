import Dispatch
import Locking
@testable import MicroHTTPD
import TestSupport
import Testing

/// Fills the buffer as `next` says.
private final class TestProducer: BodyProducer {
    typealias Step = @Sendable (UnsafeMutableRawBufferPointer, BodyResumption, Int) -> BodyProduction

    let closed = Locked(0)
    let asked = Event()
    let ended = Event()
    private let calls = Locked(0)
    private let next: Step

    init(_ next: @escaping Step) {
        self.next = next
    }

    func produce(into buffer: UnsafeMutableRawBufferPointer, resume: BodyResumption) -> BodyProduction {
        let call = calls.withLock { calls -> Int in
            calls += 1
            return calls
        }
        defer { asked.happen() }
        return next(buffer, resume, call)
    }

    func close() {
        closed.withLock { $0 += 1 }
        ended.happen()
    }

    var handler: TestHandler {
        collecting { [self] _, responder in responder.respond(Response(status: 200, stream: self)) }
    }
}

private func write(_ text: String, to buffer: UnsafeMutableRawBufferPointer) -> BodyProduction {
    buffer.copyBytes(from: text.utf8)
    return .bytes(text.utf8.count)
}

struct BodyProducerTests {
    @Test func `a body is produced piece by piece`() throws {
        let producer = TestProducer { buffer, _, call in call <= 1000 ? write("\(call),", to: buffer) : .end }
        let daemon = try Daemon.start(producer.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        let reply = try client.receive()
        #expect(reply.headers["transfer-encoding"] == "chunked")
        #expect(reply.text == (1...1000).map { "\($0)," }.joined())
        try #require(producer.ended.wait())
        #expect(producer.closed.withLock { $0 } == 1)
        try client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.receive(toHead: true).status == 200)
    }

    @Test func `a waiting producer is called again when it is resumed`() throws {
        let queue = DispatchQueue(label: "resume")
        let producer = TestProducer { buffer, resume, call in
            if call > 300 { return .end }
            if call % 3 == 0 { return write("x", to: buffer) }
            if call % 3 == 1 { queue.async { resume.resume() } } else { resume.resume() }
            return .later
        }
        let daemon = try Daemon.start(producer.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(try client.receive().body.count == 100)
    }

    @Test func `a failing producer cuts the connection before the end of the body`() throws {
        let producer = TestProducer { buffer, _, call in call == 1 ? write("part", to: buffer) : .failed }
        let daemon = try Daemon.start(producer.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(throws: Client.Failure.self) { try client.receive() }
    }

    @Test func `a stop ends a waiting stream properly`() throws {
        let producer = TestProducer { buffer, _, call in call == 1 ? write("one", to: buffer) : .later }
        let daemon = try Daemon.start(producer.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        try #require(producer.asked.wait(2))
        #expect(daemon.stop(within: .failSafe) == StopReport(finished: 1, cut: 0))
        #expect(try client.receive().text == "one")
        #expect(producer.closed.withLock { $0 } == 1)
    }

    @Test func `a client that disconnects from a stream closes its producer`() throws {
        let producer = TestProducer { buffer, _, _ in
            buffer.initializeMemory(as: UInt8.self, repeating: 0x78)
            return .bytes(buffer.count)
        }
        let daemon = try Daemon.start(producer.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        try #require(producer.asked.wait(10))
        client.reset()
        try #require(producer.ended.wait())
        #expect(eventually { daemon.liveConnections == 0 })
    }

    @Test(arguments: [false, true])
    func `a client that disconnects from an idle stream is noticed`(dies: Bool) throws {
        let producer = TestProducer { buffer, _, call in call == 1 ? write("one", to: buffer) : .later }
        let daemon = try Daemon.start(producer.handler)
        do {
            let client = try Client(daemon.port)
            try client.send(get())
            try #require(producer.asked.wait(2))
            if dies { client.reset() }
        }
        try #require(producer.ended.wait())
        #expect(eventually { daemon.liveConnections == 0 })
        #expect(producer.closed.withLock { $0 } == 1)
    }
}
