import Dispatch
import Locking
@testable import MicroHTTPD
import TestSupport
import Testing

struct ResponderTests {
    @Test func `hundreds of requests wait at once and are answered from other threads`() throws {
        let desk = Desk()
        let daemon = try Daemon.start(desk.handler)
        let clients = try (0..<400).map { _ in try Client(daemon.port) }
        for round in 0..<3 {
            for (index, client) in clients.enumerated() { try client.send(post("/\(round)/\(index)", "body")) }
            try #require(desk.arrived.wait(clients.count))
            let waiting = desk.takeAll()
            DispatchQueue.concurrentPerform(iterations: waiting.count) { index in
                waiting[index].responder.respond(Response(status: 200, body: Array(waiting[index].target.utf8)))
            }
            for (index, client) in clients.enumerated() {
                #expect(try client.receive().text == "/\(round)/\(index)")
            }
        }
    }

    /// libmicrohttpd processes 128 events at a time.
    @Test(arguments: [127, 128, 129, 256]) func `any number of requests can arrive at once`(count: Int) throws {
        let (busy, free) = (Event(), Event())
        let daemon = try Daemon.start(
            collecting { request, responder in
                if request.head.target.raw == "/busy" {
                    busy.happen()
                    _ = free.wait()
                }
                responder.respond(Response(status: 200))
            }
        ) { $0.threads = 1 }
        let first = try Client(daemon.port)
        let clients = try (0..<count).map { _ in try Client(daemon.port) }
        #expect(eventually { daemon.statistics.openConnections == count + 1 })
        try first.send(get("/busy"))
        try #require(busy.wait())
        for client in clients { try client.send(get()) }
        free.happen()
        for client in clients { #expect(try client.receive().status == 200) }
    }

    @Test func `answers race with the handler's return and none is lost`() throws {
        let queue = DispatchQueue(label: "answers", attributes: .concurrent)
        let daemon = try Daemon.start(
            collecting { request, responder in
                queue.async { responder.respond(Response(status: 200, body: request.body)) }
            })
        let clients = try (0..<16).map { _ in try Client(daemon.port) }
        for round in 0..<200 {
            for (index, client) in clients.enumerated() { try client.send(post("/", "\(round).\(index)")) }
            for (index, client) in clients.enumerated() { #expect(try client.receive().text == "\(round).\(index)") }
        }
    }

    @Test func `a second answer does nothing`() throws {
        let daemon = try Daemon.start(
            collecting { request, responder in
                responder.respond(Response(status: 200, body: request.body))
                responder.respond(Response(status: 500))
            })
        let client = try Client(daemon.port)
        try client.send(post("/", "1") + post("/", "2"))
        #expect(try client.receive().text == "1")
        #expect(try client.receive().text == "2")
    }

    @Test func `a second answer does not reach the next request`() throws {
        let desk = Desk()
        let daemon = try Daemon.start(desk.handler)
        let client = try Client(daemon.port)
        try client.send(get("/1"))
        try #require(desk.arrived.wait())
        let first = try #require(desk.takeAll().first).responder
        first.respond(Response(status: 201))
        #expect(try client.receive().status == 201)
        try client.send(get("/2"))
        try #require(desk.arrived.wait())
        first.respond(Response(status: 500))
        try #require(desk.takeAll().first).responder.respond(Response(status: 202))
        #expect(try client.receive().status == 202)
    }

    @Test func `a responder dropped at once gets the failure`() throws {
        let daemon = try Daemon.start(collecting { _, _ in })
        let client = try Client(daemon.port)
        try client.send(get() + get())
        for _ in 0..<2 {
            let reply = try client.receive()
            #expect(reply.status == 500)
            #expect(reply.text == "failure")
        }
    }

    @Test func `a responder dropped later gets the failure`() throws {
        let desk = Desk()
        let daemon = try Daemon.start(desk.handler)
        let client = try Client(daemon.port)
        try client.send(get())
        try #require(desk.arrived.wait())
        _ = desk.takeAll()
        #expect(try client.receive().status == 500)
    }

    @Test func `clients disconnect while their requests are answered`() throws {
        let desk = Desk()
        let daemon = try Daemon.start(desk.handler)
        do {
            let clients = try (0..<50).map { _ in try Client(daemon.port) }
            for client in clients { try client.send(get()) }
            try #require(desk.arrived.wait(50))
            for (index, client) in clients.enumerated() where index % 2 == 0 { client.reset() }
        }
        for waiting in desk.takeAll() { waiting.responder.respond(Response(status: 200)) }
        #expect(eventually { daemon.statistics.openConnections == 0 && daemon.liveConnections == 0 })
    }

    @Test func `an answer after the end of the daemon does nothing`() throws {
        let desk = Desk()
        let client: Client
        do {
            let daemon = try Daemon.start(desk.handler)
            client = try Client(daemon.port)
            try client.send(get())
            try #require(desk.arrived.wait())
        }
        #expect(try client.receive().status == 503)
        for waiting in desk.takeAll() { waiting.responder.respond(Response(status: 200)) }
    }

    @Test func `a kept responder does not keep the handler`() throws {
        let trace: () -> Desk?
        let kept: [(target: String, responder: Responder)]
        do {
            let desk = Desk()
            trace = { [weak desk] in desk }
            let daemon = try Daemon.start(desk.handler)
            let client = try Client(daemon.port)
            try client.send(get())
            try #require(desk.arrived.wait())
            kept = desk.takeAll()
            #expect(daemon.stop(within: .zero) == StopReport(finished: 0, cut: 1))
        }
        #expect(kept.count == 1)
        // The sweeper may still be checking the connections for a moment.
        #expect(eventually { trace() == nil })
    }

    @Test func `nothing is left of a finished request`() throws {
        final class Trace: Sendable {}
        let latest = Locked<[() -> Trace?]>([])
        let daemon = try Daemon.start(
            TestHandler { head in
                let trace = Trace()
                latest.withLock { $0.append { [weak trace] in trace } }
                return .collect(
                    limit: 100, tooLarge: { [trace] in Response(status: 413, body: "\(trace)".isEmpty ? [] : [1]) }
                ) {
                    [trace] _, responder in
                    responder.respond(Response(status: 200, body: "\(trace)".isEmpty ? [] : [1]))
                }
            })
        let client = try Client(daemon.port)
        for _ in 0..<20 {
            try client.send(post("/", "x"))
            #expect(try client.receive().status == 200)
        }
        let gone = try Client(daemon.port)
        try gone.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        try #require(eventually { latest.withLock { $0.count } == 21 })
        gone.reset()
        #expect(eventually { latest.withLock { $0.allSatisfy { $0() == nil } } })
    }
}
