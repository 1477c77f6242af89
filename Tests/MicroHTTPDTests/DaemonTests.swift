import Glibc
import Locking
@testable import MicroHTTPD
import Synchronization
import TestSupport
import Testing

struct DaemonTests {
    @Test func `port 0 takes a free port each time`() throws {
        let first = try Daemon.start(echo)
        let second = try Daemon.start(echo)
        #expect(first.port != 0)
        #expect(first.port != second.port)
        #expect(first.address == .tcp(host: "127.0.0.1", port: first.port))
    }

    @Test func `a port in use is an error that says so`() throws {
        let daemon = try Daemon.start(echo)
        #expect(throws: DaemonError.cannotListen(address: "127.0.0.1", code: EADDRINUSE)) {
            try Daemon.start(echo) { $0.endpoint = .tcp(port: daemon.port) }
        }
    }

    @Test func `IPv6 is served`() throws {
        let daemon = try Daemon.start(
            collecting { request, responder in
                responder.respond(Response(status: 200, body: Array(request.head.remoteAddress.utf8)))
            }
        ) { $0.endpoint = .tcp(host: "::1") }
        #expect(daemon.address == .tcp(host: "::1", port: daemon.port))
        let client = try Client(daemon.port, host: "::1")
        try client.send(get())
        #expect(try client.receive().text == "::1")
    }

    @Test func `localhost is 127_0_0_1`() throws {
        let daemon = try Daemon.start(echo) { $0.endpoint = .tcp(host: "localhost") }
        #expect(daemon.address == .tcp(host: "127.0.0.1", port: daemon.port))
    }

    @Test(arguments: ["", "example.org", "1.2.3", "::g", "127.0.0.1:80"])
    func `a host that is not an address is an error`(host: String) {
        #expect(throws: DaemonError.badAddress(host)) { try Daemon.start(echo) { $0.endpoint = .tcp(host: host) } }
    }

    @Test func `an address of another machine is an error`() {
        #expect(throws: DaemonError.cannotListen(address: "192.0.2.1", code: EADDRNOTAVAIL)) {
            try Daemon.start(echo) { $0.endpoint = .tcp(host: "192.0.2.1") }
        }
    }

    @Test func `settings out of range are errors`() {
        let changes: [(inout DaemonConfiguration) -> Void] = [
            { $0.threads = 0 }, { $0.threads = 65 }, { $0.connectionLimit = 0 }, { $0.probeLimit = 1025 },
            { $0.connectionMemoryBytes = 8191 },
            { $0.idleTimeoutSeconds = 0 }, { $0.connectionsPerAddressLimit = -1 }, { $0.requestDeadline = .zero },
        ]
        for change in changes {
            #expect {
                try Daemon.start(echo, change)
            } throws: { error in
                if case DaemonError.badConfiguration = error { true } else { false }
            }
        }
    }

    @Test(arguments: [1, 2, 4, 64]) func `any number of threads works`(threads: Int) throws {
        let daemon = try Daemon.start(echo) { $0.threads = threads }
        let clients = try (0..<64).map { _ in try Client(daemon.port) }
        for client in clients { try client.send(get("/t")) }
        for client in clients { #expect(try client.receive().text == "GET /t ") }
        daemon.stop(within: .seconds(5))
        #expect(daemon.liveConnections == 0)
    }

    @Test func `connections from one address are limited`() throws {
        let daemon = try Daemon.start(echo) {
            $0.threads = 1
            $0.connectionsPerAddressLimit = 3
        }
        let clients = try (0..<3).map { _ in try Client(daemon.port) }
        for client in clients {
            try client.send(get())
            #expect(try client.receive().status == 200)
        }
        let extra = try Client(daemon.port)
        try? extra.send(get())
        #expect(try extra.receiveToEnd() == [])
    }

    @Test func `a freed slot is given to another connection of the address`() throws {
        let daemon = try Daemon.start(echo) { $0.connectionsPerAddressLimit = 2 }
        for _ in 0..<5 {
            let clients = try (0..<2).map { _ in try Client(daemon.port) }
            for client in clients {
                try client.send(get(headers: "Connection: close\r\n"))
                #expect(try client.receive().status == 200)
                #expect(try client.receiveToEnd() == [])
            }
            #expect(eventually { daemon.liveConnections == 0 })
        }
    }

    /// The kernel keeps them: they are neither refused nor answered.
    @Test func `connections over the total limit wait until a slot is free`() throws {
        let daemon = try Daemon.start(echo) { $0.connectionLimit = 4 }
        var held = try (0..<4).map { _ in try Client(daemon.port) }
        for client in held {
            try client.send(get())
            #expect(try client.receive().status == 200)
        }
        let waiting = try Client(daemon.port)
        try waiting.send(get("/waited"))
        // An answer to another connection shows that there was enough time.
        try held[0].send(get())
        #expect(try held[0].receive().status == 200)
        #expect(daemon.statistics.openConnections == 4)
        held.removeLast()
        #expect(try waiting.receive().text == "GET /waited ")
    }

    @Test(arguments: [1, 3]) func `a crowd is served, never exceeding the slots`(limit: Int) throws {
        let most = Atomic(0)
        let counting = Locked<Daemon?>(nil)
        let handler = collecting { _, responder in
            most.max(counting.withLock { $0?.statistics.openConnections ?? 0 }, ordering: .relaxed)
            responder.respond(Response(status: 200))
        }
        let daemon = try Daemon.start(handler) { $0.connectionLimit = limit }
        counting.withLock { $0 = daemon }
        defer { counting.withLock { $0 = nil } }
        let clients = try (0..<40).map { _ in try Client(daemon.port) }
        for client in clients { try client.send(get(headers: "Connection: close\r\n")) }
        for client in clients { #expect(try client.receive().status == 200) }
        #expect(1...limit ~= most.load(ordering: .relaxed))
        #expect(eventually { daemon.liveConnections == 0 })
    }

    @Test func `connections open and close and leave nothing behind`() throws {
        let daemon = try Daemon.start(echo) { $0.requestDeadline = .milliseconds(500) }
        for index in 0..<500 {
            let client = try Client(daemon.port)
            switch index % 4 {
            case 0: try client.send(get())
            case 1: try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            case 2: try client.send("GET / HT")
            default: client.reset()
            }
        }
        #expect(eventually { daemon.liveConnections == 0 && daemon.statistics.openConnections == 0 })
    }

    @Test func `a message of the library is one line of printable ASCII`() {
        #expect(Daemon.printable(Array("a\r\nb\\\u{1B}[0m ä".utf8)) == #"ab\x5c\x1b[0m \xc3\xa4"#)
    }
}
