@testable import MicroHTTPD
import TestSupport
import Testing

struct LimitTests {
    private let small = collecting(limit: 10) { request, responder in
        responder.respond(Response(status: 200, body: request.body))
    }

    private func rejecting(_ status: Int = 403) -> TestHandler {
        TestHandler { _ in .reject(Response(status: status, body: Array("no".utf8))) }
    }

    @Test func `a body at the limit is accepted`() throws {
        let daemon = try Daemon.start(small)
        let client = try Client(daemon.port)
        try client.send(post("/", "0123456789"))
        #expect(try client.receive().text == "0123456789")
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n")
        #expect(try client.receive().text == "0123456789")
    }

    @Test func `a Content-Length over the limit gets 413 at once, and the connection is closed`() throws {
        let daemon = try Daemon.start(small)
        let client = try Client(daemon.port)
        // No part of the body is sent.
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n")
        let reply = try client.receive()
        #expect(reply.status == 413)
        #expect(reply.text == "too large")
        #expect(try client.receiveToEnd() == [])
    }

    @Test func `a length of many digits gets 413 without an overflow`() throws {
        let daemon = try Daemon.start(small)
        let client = try Client(daemon.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999999999\r\n\r\n")
        #expect(try client.receive().status == 413)
    }

    @Test func `a chunked body over the limit is discarded and gets 413`() throws {
        let daemon = try Daemon.start(small)
        let client = try Client(daemon.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<100 { try client.send("1000\r\n" + String(repeating: "x", count: 4096) + "\r\n") }
        try client.send("0\r\n\r\n")
        #expect(try client.receive().status == 413)
        guard !Daemon.libraryVersion.endsChunkedBodiesStrictly else { return }
        #expect(try client.receiveToEnd() == [])
    }

    @Test func `an endless chunked body is cut off`() throws {
        let daemon = try Daemon.start(small)
        let client = try Client(daemon.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
        #expect(throws: Client.Failure.self) {
            for _ in 0..<1000 { try client.send(chunk) }
        }
        #expect(eventually { daemon.statistics.openConnections == 0 })
    }

    @Test func `a client that expects 100 gets it if the body is wanted`() throws {
        let daemon = try Daemon.start(small)
        let client = try Client(daemon.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.receive().status == 100)
        try client.send("hello")
        #expect(try client.receive().text == "hello")
    }

    @Test func `a client that expects 100 gets 413 if the body is too large`() throws {
        let daemon = try Daemon.start(small)
        let client = try Client(daemon.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.receive().status == 413)
        #expect(try client.receiveToEnd() == [])
    }

    @Test func `a rejected request without a body leaves the connection open`() throws {
        let daemon = try Daemon.start(rejecting())
        let client = try Client(daemon.port)
        for _ in 0..<3 {
            try client.send(get())
            let reply = try client.receive()
            #expect(reply.status == 403)
            #expect(reply.text == "no")
        }
    }

    @Test(arguments: [1, 65_536]) func `a small rejected body is discarded and the connection stays`(size: Int) throws {
        let daemon = try Daemon.start(rejecting())
        let client = try Client(daemon.port)
        for _ in 0..<3 {
            try client.send(post("/", String(repeating: "x", count: size)))
            #expect(try client.receive().status == 403)
        }
    }

    @Test(arguments: [
        "Content-Length: 65537\r\n", "Transfer-Encoding: chunked\r\n", "Content-Length: 3\r\nExpect: 100-continue\r\n",
    ])
    func `other rejected bodies are not read, and the connection is closed`(header: String) throws {
        let daemon = try Daemon.start(rejecting())
        let client = try Client(daemon.port)
        try client.send("POST / HTTP/1.1\r\nHost: x\r\n\(header)\r\n")
        #expect(try client.receive().status == 403)
        #expect(try client.receiveToEnd() == [])
    }
}
