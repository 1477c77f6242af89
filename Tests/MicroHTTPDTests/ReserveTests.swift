import Dispatch
import Locking
@testable import MicroHTTPD
import TestCertificates
import TestSupport
import Testing

/// Service for probes when all slots are taken by clients that cannot be displaced.
struct ReserveTests {
    private static let slots = 8
    private static let reserve = 64
    private let desk = Desk()

    /// Takes all slots of `daemon`: half of them with waiting requests, half with partial requests.
    private func fill(_ daemon: Daemon) throws -> [Client] {
        let clients = try (0..<Self.slots).map { _ in try Client(daemon.port) }
        for (index, client) in clients.enumerated() { try client.send(index % 2 == 0 ? get("/waits") : "GET /half") }
        try #require(desk.arrived.wait(Self.slots / 2))
        return clients
    }

    private func start(_ change: (inout DaemonConfiguration) -> Void = { _ in }) throws -> Daemon {
        let desk = desk
        let handler = TestHandler(probe: "/probe") { head in
            head.target.path == "/probe" ? .reject(Response(status: 200)) : desk.handler.begin(head)
        }
        return try Daemon.start(handler) {
            $0.connectionLimit = Self.slots
            $0.probeLimit = Self.reserve
            change(&$0)
        }
    }

    @Test func `a probe is answered once, and all other requests are refused for lack of a slot`() throws {
        let daemon = try start()
        let held = try fill(daemon)
        for _ in 0..<(2 * Self.reserve) {
            let probe = try Client(daemon.port)
            try probe.send(get("/probe") + get("/probe"))
            let reply = try probe.receive()
            #expect(reply.status == 200)
            #expect(reply.headers["connection"]?.lowercased() == "close")
            #expect(try probe.receiveToEnd() == [])
        }
        for request in [get("/other"), post("/other", String(repeating: "x", count: 60_000))] {
            let other = try Client(daemon.port)
            try other.send(request)
            let reply = try other.receive()
            #expect(reply.status == 503)
            #expect(reply.text == "noSlot")
            #expect(try other.receiveToEnd() == [])
        }
        for waiting in desk.takeAll() { waiting.responder.respond(Response(status: 201)) }
        #expect(try held[0].receive().status == 201)
    }

    @Test func `a client that fills the reserve with partial requests is cut off soon`() throws {
        let daemon = try start()
        let held = try fill(daemon)
        let more = try (0..<(2 * Self.reserve)).map { _ in try Client(daemon.port) }
        for client in more { try client.send("GET /probe") }
        let probe = try Client(daemon.port)
        try probe.send(get("/probe"))
        #expect(try probe.receive().status == 200)
        #expect(daemon.statistics.cutByDeadline >= Self.reserve)
        #expect(daemon.statistics.openConnections >= held.count)
    }

    @Test func `a probe with a body is refused, however slowly the body arrives`() throws {
        let daemon = try start()
        let held = try fill(daemon)
        let body = "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
        let more = try (0..<Self.reserve).map { _ in try Client(daemon.port) }
        for client in more { try client.send("GET /probe HTTP/1.1\r\n" + body) }
        let probe = try Client(daemon.port)
        try probe.send(get("/probe"))
        #expect(try probe.receive().status == 200)
        for client in more { #expect(try client.receive().status == 503) }
        #expect(held.count == Self.slots)
    }

    /// The slots have not changed for long until just now.
    @Test func `a connection right after the last slot was taken has time to wait for one`() throws {
        let slots = ConnectionSlots(2, reserve: 1)
        #expect(slots.acquire(.ordinary))
        let first = slots.lastChange
        #expect(eventually { monotonicNow() > first })
        #expect(slots.acquire(.ordinary))
        let second = slots.lastChange
        #expect(second > first)
        #expect(!slots.acquire(.ordinary))
        #expect(slots.lastChange == second)
    }

    @Test func `a slot that is freed meanwhile goes to the first request`() throws {
        let daemon = try start()
        var held = try fill(daemon)
        // As soon as one is refused, the reserve is open.
        let refused = try Client(daemon.port)
        try refused.send(get("/other"))
        #expect(try refused.receive().status == 503)
        let next = try Client(daemon.port)
        #expect(eventually { daemon.statistics.openConnections == Self.slots + 1 })
        held.removeLast()
        #expect(eventually { daemon.statistics.openConnections == Self.slots })
        for _ in 0..<2 {
            try next.send(get("/next"))
            try #require(desk.arrived.wait())
            for one in desk.takeAll() where one.target == "/next" { one.responder.respond(Response(status: 202)) }
            #expect(try next.receive().status == 202)
        }
        #expect(held.count == Self.slots - 1)
    }

    @Test func `a probe is answered over TLS too`() throws {
        let certificate = try Certificate(for: "localhost")
        let identity = try TLSIdentity(certificateChain: certificate.certificate, privateKey: certificate.key)
        let daemon = try start { $0.tls = identity }
        let held = try (0..<Self.slots).map { _ in try TLSClient(daemon.port) }
        for client in held { try client.send(get("/waits")) }
        try #require(desk.arrived.wait(Self.slots))
        #expect(try TLSClient(daemon.port).ask(get("/probe")).hasPrefix("HTTP/1.1 200"))
        #expect(try TLSClient(daemon.port).ask(get("/other")).hasPrefix("HTTP/1.1 503"))
    }

    @Test func `a limit per address that equals the total limit does not block the reserve`() throws {
        let daemon = try start { $0.connectionsPerAddressLimit = Self.slots }
        let held = try fill(daemon)
        let probe = try Client(daemon.port)
        try probe.send(get("/probe"))
        #expect(try probe.receive().status == 200)
        #expect(held.count == Self.slots)
    }

    @Test func `during a stop the reserve is open at once`() throws {
        let daemon = try start()
        let held = try fill(daemon)
        daemon.quiesce()
        let start = monotonicNow()
        let probe = try Client(daemon.port)
        try probe.send(get("/probe"))
        #expect(try probe.receive().status == 503)
        #expect(monotonicNow() - start < 1_900_000_000)
        #expect(held.count == Self.slots)
    }

    /// Slots become free one after another, but the last in the queue would wait for long.
    @Test func `a crowd that has waited for two seconds is refused`() throws {
        let daemon = try start()
        let crowd = try (0..<(Self.slots + 100)).map { _ in try Client(daemon.port) }
        for client in crowd { try client.send(get("/waits", headers: "Connection: close\r\n")) }
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "answers"))
        let waiting = Locked<[Responder]>([])
        timer.setEventHandler { [desk] in
            let first = waiting.withLock { waiting in
                waiting += desk.takeAll().map(\.responder)
                return waiting.isEmpty ? nil : waiting.removeFirst()
            }
            first?.respond(Response(status: 201))
        }
        timer.schedule(deadline: .now(), repeating: .milliseconds(100))
        timer.activate()
        defer { timer.cancel() }
        #expect(try crowd[crowd.count - 1].receive().status == 503)
        #expect(try crowd[0].receive().status == 201)
    }
}
