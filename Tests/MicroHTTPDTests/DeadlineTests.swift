import Dispatch
@testable import MicroHTTPD
import TestSupport
import Testing

struct DeadlineTests {
    private func start(_ handler: TestHandler) throws -> Daemon {
        try Daemon.start(handler) { $0.requestDeadline = .milliseconds(200) }
    }

    /// Sends a byte from time to time, as long as the server accepts it.
    private func dribble(_ client: Client, _ text: String) -> Bool {
        let pause = DispatchSemaphore(value: 0)
        for byte in text.utf8 {
            do { try client.send([byte]) } catch { return true }
            _ = pause.wait(timeout: .now() + .milliseconds(20))
        }
        return false
    }

    @Test func `a client that sends its headers slowly is cut off`() throws {
        let daemon = try start(echo)
        let client = try Client(daemon.port)
        #expect(dribble(client, "GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 500)))
        #expect(eventually { daemon.statistics.cutByDeadline == 1 })
        #expect(eventually { daemon.liveConnections == 0 })
    }

    @Test func `a client that sends a body slowly is cut off`() throws {
        let daemon = try start(echo)
        let client = try Client(daemon.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        #expect(dribble(client, String(repeating: "x", count: 500)))
        #expect(eventually { daemon.statistics.cutByDeadline == 1 })
    }

    @Test func `a client that sends nothing is cut off`() throws {
        let daemon = try start(echo)
        let client = try Client(daemon.port)
        #expect(try client.receiveToEnd() == [])
        #expect(eventually { daemon.statistics.cutByDeadline == 1 })
    }

    @Test func `a second request has the same deadline`() throws {
        let daemon = try start(echo)
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(try client.receive().status == 200)
        try client.send("GET / HTTP/1.1\r\n")
        #expect(try client.receiveToEnd() == [])
    }

    @Test func `a connection between requests is not cut off by the deadline`() throws {
        let daemon = try start(echo)
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(try client.receive().status == 200)
        // Another connection that is cut off shows that the time has passed.
        #expect(try Client(daemon.port).receiveToEnd() == [])
        try client.send(get())
        #expect(try client.receive().status == 200)
    }

    @Test func `a request that waits for its answer is not cut off`() throws {
        let desk = Desk()
        let daemon = try start(desk.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        try #require(desk.arrived.wait())
        #expect(try Client(daemon.port).receiveToEnd() == [])
        try #require(desk.takeAll().first).responder.respond(Response(status: 201))
        #expect(try client.receive().status == 201)
    }

    /// The library, which is only notified of changes, misses the end of a connection that arrived with a partial
    /// request.
    @Test func `a partial request whose client has disconnected is cut off`() throws {
        let daemon = try start(echo)
        for _ in 0..<100 { try Client(daemon.port).send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc") }
        #expect(eventually { daemon.liveConnections == 0 && daemon.statistics.openConnections == 0 })
    }

    /// Such clients are cheap, and would occupy all slots for as long as a request may take.
    @Test func `a partial request whose client has disconnected is released long before its deadline`() throws {
        let daemon = try Daemon.start(echo) { $0.requestDeadline = .seconds(600) }
        for text in [
            "GET / HTTP/1.1\r\nHo", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc", get() + "GET /",
        ] {
            for _ in 0..<30 { try Client(daemon.port).send(text) }
        }
        // The sweeper checks once a second, if the other tests leave it time.
        #expect((0..<3).contains { _ in eventually { daemon.liveConnections == 0 } })
        #expect(daemon.statistics.openConnections == 0)
        #expect(daemon.statistics.cutByDeadline == 0)
    }

    @Test func `a client that has shut down its side gets the prompt answers to all earlier requests`()
        throws
    {
        let desk = Desk()
        let daemon = try Daemon.start(desk.handler) { $0.requestDeadline = .milliseconds(400) }
        let client = try Client(daemon.port)
        try client.send(get("/1") + get("/2"))
        client.endSending()
        for status in [201, 202] {
            try #require(desk.arrived.wait())
            try #require(desk.takeAll().first).responder.respond(Response(status: status))
        }
        #expect(try client.receive().status == 201)
        #expect(try client.receive().status == 202)
        #expect(try client.receiveToEnd() == [])
    }

    @Test func `a client that has shut down its side and reads slowly gets its whole answer`() throws {
        let body = [UInt8](repeating: 7, count: 8_000_000)
        let daemon = try Daemon.start(
            collecting { _, responder in responder.respond(Response(status: 200, body: body)) }
        ) { $0.requestDeadline = .milliseconds(400) }
        let client = try Client(daemon.port)
        try client.send(get())
        client.endSending()
        for _ in 0..<3 { #expect(try Client(daemon.port).receiveToEnd() == []) }
        #expect(try client.receive().body.count == body.count)
    }

    @Test func `a client that does not read its answer is released`() throws {
        let body = [UInt8](repeating: 0, count: 60_000_000)
        let daemon = try Daemon.start(
            collecting { _, responder in responder.respond(Response(status: 200, body: body)) }
        ) {
            $0.requestDeadline = .milliseconds(200)
            $0.idleTimeoutSeconds = 1
        }
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(eventually { daemon.statistics.openConnections == 1 })
        #expect(eventually { daemon.statistics.openConnections == 0 })
        #expect(try client.receiveToEnd().count < body.count)
    }
}
