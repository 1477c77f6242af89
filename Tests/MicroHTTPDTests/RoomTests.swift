import Glibc
@testable import MicroHTTPD
import TestSupport
import Testing

/// Idle connections give up their slots if others need them.
struct RoomTests {
    private func use(_ client: Client) throws {
        try client.send(get())
        #expect(try client.receive().status == 200)
    }

    @Test func `a new connection replaces the one that has been idle longest`() throws {
        let daemon = try Daemon.start(echo) { $0.connectionLimit = 4 }
        let clients = try (0..<4).map { _ in try Client(daemon.port) }
        for client in clients { try use(client) }
        // All but the second are used again after the clock has advanced, so that the second has been idle longest.
        let before = monotonicNow()
        #expect(eventually { monotonicNow() > before })
        for client in [clients[0], clients[2], clients[3]] { try use(client) }
        let next = try Client(daemon.port)
        try use(next)
        #expect(try clients[1].receiveToEnd() == [])
        #expect(daemon.statistics.closedIdle == 1)
        for client in [clients[0], clients[2], clients[3]] { try use(client) }
    }

    @Test func `connections that never sent anything are replaced too, and many at once`() throws {
        let daemon = try Daemon.start(echo) { $0.connectionLimit = 64 }
        let silent = try (0..<64).map { _ in try Client(daemon.port) }
        let clients = try (0..<64).map { _ in try Client(daemon.port) }
        for client in clients { try client.send(get()) }
        for client in clients { #expect(try client.receive().status == 200) }
        for client in silent { #expect(try client.receiveToEnd() == []) }
    }

    @Test func `a connection with a partial or a waiting request keeps its slot`() throws {
        let desk = Desk()
        let daemon = try Daemon.start(desk.handler) { $0.connectionLimit = 3 }
        let waiting = try Client(daemon.port)
        try waiting.send(get("/waits"))
        let half = try Client(daemon.port)
        try half.send("GET /ha")
        try #require(desk.arrived.wait())
        let answer = try #require(desk.takeAll().first).responder
        let idle = try Client(daemon.port)
        for _ in 0..<2 {
            let next = try Client(daemon.port)
            try next.send(get("/next"))
            try #require(desk.arrived.wait())
            try #require(desk.takeAll().first).responder.respond(Response(status: 204))
            #expect(try next.receive().status == 204)
        }
        #expect(try idle.receiveToEnd() == [])
        try half.send("lf HTTP/1.1\r\nHost: x\r\n\r\n")
        try #require(desk.arrived.wait())
        try #require(desk.takeAll().first).responder.respond(Response(status: 202))
        #expect(try half.receive().status == 202)
        answer.respond(Response(status: 201))
        #expect(try waiting.receive().status == 201)
    }

    @Test func `nothing is closed while a slot is free`() throws {
        let daemon = try Daemon.start(echo) { $0.connectionLimit = 5 }
        let clients = try (0..<5).map { _ in try Client(daemon.port) }
        for _ in 0..<3 { for client in clients { try use(client) } }
        #expect(daemon.statistics.closedIdle == 0)
    }

    @Test func `an idle connection is replaced over a unix domain socket too`() throws {
        let path = "/tmp/wdfilterd-room-\(getpid()).sock"
        let daemon = try Daemon.start(echo) {
            $0.endpoint = .unix(path: path, mode: 0o600)
            $0.connectionLimit = 1
        }
        let first = try Client(path: path)
        try use(first)
        let second = try Client(path: path)
        try use(second)
        #expect(try first.receiveToEnd() == [])
        daemon.stop(within: .zero)
    }
}
