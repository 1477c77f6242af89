import Locking
@testable import MicroHTTPD
import MicroHTTPDTesting
import TestCertificates
import TestSupport
import Testing

/// Responders that are kept and never answered, and the number of their clients that disconnected.
private final class Waiting: Sendable {
    let arrived = Event()
    let disconnected = Event()
    let disconnectedCount = Locked(0)
    private let responders = Locked<[Responder]>([])

    var handler: TestHandler {
        collecting { [self] request, responder in
            if request.head.target.raw == "/now" {
                responder.respond(Response(status: 200, body: [0x31]))
                return
            }
            responder.onDisconnect { [self] in
                disconnectedCount.withLock { $0 += 1 }
                disconnected.happen()
            }
            responders.withLock { $0.append(responder) }
            arrived.happen()
        }
    }

    /// Removes and returns one.
    func removeLast() -> Responder? { responders.withLock { $0.popLast() } }
}

/// A client that disconnects while its request waits for an answer.
struct DisconnectTests {
    enum Way: CaseIterable {
        case close, reset, endSending
    }

    private let slots = 32

    /// Clients with waiting requests take all slots; then all of them disconnect.
    @Test(arguments: Way.allCases, ["", get("/behind"), "GET /half"])
    func `a client that disconnects while its request waits frees its slot`(way: Way, pipelined: String) throws {
        let waiting = Waiting()
        let daemon = try Daemon.start(waiting.handler) { $0.connectionLimit = slots }
        var clients = try (0..<slots).map { _ in try Client(daemon.port) }
        for client in clients { try client.send(get("/waits") + pipelined) }
        try #require(waiting.arrived.wait(slots))
        switch way {
        case .close: clients = []
        case .reset: for client in clients { client.reset() }
        case .endSending: for client in clients { client.endSending() }
        }
        let next = try Client(daemon.port)
        try next.send(get("/now"))
        #expect(try next.receive().text == "1")
        try #require(waiting.disconnected.wait(slots))
        #expect(eventually { daemon.liveConnections == 1 })
        #expect(waiting.disconnectedCount.withLock { $0 } == slots)
        #expect(daemon.statistics.cutByDeadline == 0)
        for client in clients { #expect(try client.receiveToEnd() == []) }
    }

    @Test func `a disconnected TLS client frees its slot too`() throws {
        let certificate = try Certificate(for: "localhost")
        let identity = try TLSIdentity(certificateChain: certificate.certificate, privateKey: certificate.key)
        let waiting = Waiting()
        let daemon = try Daemon.start(waiting.handler) {
            $0.tls = identity
            $0.connectionLimit = 4
        }
        do {
            let clients = try (0..<4).map { _ in try TLSClient(daemon.port) }
            for client in clients { try client.send(get("/waits")) }
            try #require(waiting.arrived.wait(4))
        }
        #expect(try TLSClient(daemon.port).ask(get("/now")).hasSuffix("1"))
        try #require(waiting.disconnected.wait(4))
    }

    @Test func `a prompt answer reaches a client that has shut down its side`() throws {
        let waiting = Waiting()
        let daemon = try Daemon.start(waiting.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        client.endSending()
        try #require(waiting.arrived.wait())
        try #require(waiting.removeLast()).respond(Response(status: 201))
        #expect(try client.receive().status == 201)
        #expect(try client.receiveToEnd() == [])
        #expect(waiting.disconnectedCount.withLock { $0 } == 0)
    }

    @Test func `an answer for a disconnected client is dropped, and later watchers are notified at once`() throws {
        let waiting = Waiting()
        let daemon = try Daemon.start(waiting.handler)
        do {
            let client = try Client(daemon.port)
            try client.send(get())
            try #require(waiting.arrived.wait())
        }
        try #require(waiting.disconnected.wait())
        #expect(eventually { daemon.liveConnections == 0 })
        let responder = try #require(waiting.removeLast())
        let calls = Locked(0)
        responder.onDisconnect { calls.withLock { $0 += 1 } }
        #expect(calls.withLock { $0 } == 1)
        responder.respond(Response(status: 200))
        responder.onDisconnect { calls.withLock { $0 += 1 } }
        #expect(calls.withLock { $0 } == 2)
    }

    @Test func `a watcher of a client is released with the answer`() throws {
        final class Trace: Sendable {}
        let desk = Desk()
        let daemon = try Daemon.start(desk.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        try #require(desk.arrived.wait())
        let responder = try #require(desk.takeAll().first).responder
        var trace: Trace? = Trace()
        let isAlive = { [weak trace] in trace != nil }
        responder.onDisconnect { [trace] in _ = trace }
        trace = nil
        #expect(isAlive())
        responder.respond(Response(status: 200))
        #expect(!isAlive())
        #expect(try client.receive().status == 200)
    }

    @Test func `a client in memory that hangs up has disconnected`() {
        let waiting = Waiting()
        let connection = MemoryConnection(waiting.handler)
        guard case .waiting = connection.send(RawRequest(method: "GET", target: "/waits")) else {
            Issue.record("it does not wait")
            return
        }
        connection.hangUp()
        connection.hangUp()
        #expect(waiting.disconnectedCount.withLock { $0 } == 1)
    }
}
