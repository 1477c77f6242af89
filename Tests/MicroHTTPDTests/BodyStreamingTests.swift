import Dispatch
import Locking
@testable import MicroHTTPD
import TestSupport
import Testing

/// Takes as much of each piece as `appetite` says, and records the outcome of the body.
private final class TestConsumer: BodyConsumer, Sendable {
    struct Record {
        var bytes: [UInt8] = []
        var finished = 0
        var abandoned = 0
        var resumption: BodyResumption?
        var isInside = false
        var overlapped = false
    }

    let record = Locked(Record())
    let offered = Event()
    let ended = Event()
    private let appetite: @Sendable (Int, BodyResumption) -> Int

    init(_ appetite: @escaping @Sendable (Int, BodyResumption) -> Int) {
        self.appetite = appetite
    }

    func consume(_ bytes: UnsafeRawBufferPointer, resume: BodyResumption) -> Int {
        record.withLock {
            $0.overlapped = $0.overlapped || $0.isInside
            $0.isInside = true
            $0.resumption = resume
        }
        let taken = appetite(bytes.count, resume)
        record.withLock {
            $0.bytes += bytes.prefix(taken)
            $0.isInside = false
        }
        offered.happen()
        return taken
    }

    func finish(_ responder: Responder) {
        let text = record.withLock { record -> String in
            record.finished += 1
            record.resumption = nil
            return "\(record.bytes.count)"
        }
        responder.respond(Response(status: 200, body: Array(text.utf8)))
        ended.happen()
    }

    func abandon() {
        record.withLock {
            $0.abandoned += 1
            $0.resumption = nil
        }
        ended.happen()
    }

    var handler: TestHandler { TestHandler { [self] _ in .stream(self) } }
    var bytes: [UInt8] { record.withLock { $0.bytes } }
    var counts: [Int] { record.withLock { [$0.finished, $0.abandoned] } }
}

struct BodyStreamingTests {
    private static let body = (0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ $0 >> 9) }

    private func upload(_ client: Client, chunked: Bool) throws {
        let body = Self.body
        guard chunked else {
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n")
            return try client.send(body)
        }
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in stride(from: 0, to: body.count, by: 7000) {
            let piece = body[start..<min(start + 7000, body.count)]
            try client.send(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10])
        }
        try client.send("0\r\n\r\n")
    }

    @Test(arguments: [false, true]) func `a body arrives in pieces and complete`(chunked: Bool) throws {
        let consumer = TestConsumer { count, _ in count }
        let daemon = try Daemon.start(consumer.handler)
        let client = try Client(daemon.port)
        try upload(client, chunked: chunked)
        #expect(try client.receive().text == "500000")
        #expect(consumer.bytes == Self.body)
        #expect(consumer.counts == [1, 0])
    }

    @Test(arguments: [false, true])
    func `a waiting consumer is resumed from another thread and misses nothing`(chunked: Bool) throws {
        let queue = DispatchQueue(label: "resume")
        let consumer = TestConsumer { count, resume in
            guard count > 100 else { return count }
            queue.async { resume.resume() }
            return count / 2
        }
        let daemon = try Daemon.start(consumer.handler)
        let client = try Client(daemon.port)
        try upload(client, chunked: chunked)
        #expect(try client.receive().text == "500000")
        #expect(consumer.bytes == Self.body)
        #expect(!consumer.record.withLock { $0.overlapped })
    }

    @Test func `a resumption before the consumer returns counts, and twice counts once`() throws {
        let consumer = TestConsumer { count, resume in
            resume.resume()
            resume.resume()
            return min(count, 1000)
        }
        let daemon = try Daemon.start(consumer.handler)
        let client = try Client(daemon.port)
        try upload(client, chunked: false)
        #expect(try client.receive().text == "500000")
        #expect(consumer.bytes == Self.body)
    }

    @Test func `a waiting consumer stops the client from sending`() throws {
        let consumer = TestConsumer { _, _ in 0 }
        let daemon = try Daemon.start(consumer.handler)
        let client = try Client(daemon.port, deadline: .seconds(1))
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nx")
        try #require(consumer.offered.wait())
        let piece = [UInt8](repeating: 0, count: 1 << 20)
        #expect(throws: Client.Failure.self) { for _ in 0..<900 { try client.send(piece) } }
        #expect(daemon.stop(within: .zero) == StopReport(finished: 0, cut: 1))
        #expect(consumer.counts == [0, 1])
    }

    @Test func `an empty body finishes`() throws {
        let consumer = TestConsumer { count, _ in count }
        let daemon = try Daemon.start(consumer.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(try client.receive().text == "0")
        #expect(consumer.counts == [1, 0])
    }

    @Test func `a truncated body is abandoned once`() throws {
        let consumer = TestConsumer { count, _ in count }
        let daemon = try Daemon.start(consumer.handler)
        let client = try Client(daemon.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        try #require(consumer.offered.wait())
        client.reset()
        try #require(consumer.ended.wait())
        #expect(eventually { daemon.liveConnections == 0 })
        #expect(consumer.counts == [0, 1])
        #expect(consumer.bytes == Array("half".utf8))
    }

    @Test func `a malformed chunk abandons the body`() throws {
        let consumer = TestConsumer { count, _ in count }
        let daemon = try Daemon.start(consumer.handler)
        let client = try Client(daemon.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n")
        try #require(consumer.ended.wait())
        #expect(consumer.counts == [0, 1])
    }

    @Test(arguments: [false, true])
    func `a client that disconnects while the consumer waits is noticed, and no more is taken`(dies: Bool) throws {
        let consumer = TestConsumer { count, _ in count == 4 ? 3 : count }
        let daemon = try Daemon.start(consumer.handler)
        do {
            let client = try Client(daemon.port)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
            try #require(consumer.offered.wait())
            try client.send("more that is not read")
            if dies { client.reset() }
        }
        try #require(consumer.ended.wait())
        #expect(eventually { daemon.liveConnections == 0 })
        #expect(consumer.counts == [0, 1])
        #expect(consumer.bytes == Array("hal".utf8))
    }
}
