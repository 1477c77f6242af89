import Glibc
import MicroHTTPD
import TestSupport
import Testing

struct ConversationTests {
    @Test func `a connection serves many requests`() throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        for index in 0..<50 {
            try client.send(index % 2 == 0 ? post("/\(index)", "body \(index)") : get("/\(index)"))
            let reply = try client.receive()
            #expect(reply.status == 200)
            #expect(reply.text == (index % 2 == 0 ? "POST /\(index) body \(index)" : "GET /\(index) "))
            #expect(reply.headers["date"] != nil)
            #expect(reply.headers["content-length"] == String(reply.body.count))
        }
        #expect(daemon.statistics.openConnections == 1)
    }

    @Test func `pipelined requests are answered in order`() throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        try client.send((0..<100).map { post("/\($0)", "\($0)") }.joined())
        for index in 0..<100 { #expect(try client.receive().text == "POST /\(index) \(index)") }
    }

    @Test func `a request may arrive byte by byte`() throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        for byte in post("/slow?a=b", "dribble").utf8 { try client.send([byte]) }
        #expect(try client.receive().text == "POST /slow?a=b dribble")
    }

    @Test(arguments: 1..<80) func `a request may be split anywhere`(position: Int) throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        let bytes = Array((post("/x", "{\"a\":1}") + post("/y", "{}")).utf8)
        try client.send(Array(bytes.prefix(position)))
        // Two segments on the wire, whatever the kernel does.
        sched_yield()
        try client.send(Array(bytes.dropFirst(position)))
        #expect(try client.receive().text == "POST /x {\"a\":1}")
        #expect(try client.receive().text == "POST /y {}")
    }

    @Test func `a chunked body is assembled`() throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        let head = "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        try client.send(head + "5\r\nhello\r\n1;ext=1\r\n,\r\n006\r\n world\r\n0\r\nTrailer: x\r\n\r\n")
        let reply = try client.receive()
        #expect(reply.text == "PUT /c hello, world")
        #expect(reply.headers["connection"] == "close")
        #expect(try client.receiveToEnd() == [])
    }

    @Test func `a large body arrives whole`() throws {
        let daemon = try Daemon.start(
            collecting(limit: 8 << 20) { request, responder in
                let sum = request.body.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
                responder.respond(Response(status: 200, body: Array("\(request.body.count) \(sum)".utf8)))
            })
        let client = try Client(daemon.port)
        let body = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n")
        try client.send(body)
        let sum = body.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
        #expect(try client.receive().text == "\(body.count) \(sum)")
    }

    @Test func `a large answer arrives whole`() throws {
        let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 >> 3) }
        let daemon = try Daemon.start(
            collecting { _, responder in responder.respond(Response(status: 200, body: body)) })
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(try client.receive().body == body)
    }

    @Test func `an answer to HEAD has a length and no body`() throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        try client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n" + get("/n"))
        let reply = try client.receive(toHead: true)
        #expect(reply.status == 200)
        #expect(reply.headers["content-length"] == "10")
        #expect(try client.receive().text == "GET /n ")
    }

    @Test(arguments: ["OPTIONS", "PATCH", "DELETE", "TRACE", "PURGE", "x-y!"])
    func `any method reaches the handler`(method: String) throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        try client.send("\(method) /m HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.receive().text == "\(method) /m ")
    }

    @Test func `an answer closes the connection if it says so`() throws {
        let daemon = try Daemon.start(
            collecting { _, responder in
                var response = Response(status: 200)
                response.closesConnection = true
                responder.respond(response)
            })
        let client = try Client(daemon.port)
        try client.send(get())
        let reply = try client.receive()
        #expect(reply.headers["connection"]?.lowercased() == "close")
        #expect(try client.receiveToEnd() == [])
    }

    @Test func `an HTTP 1.0 request is answered and the connection closed`() throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        try client.send("GET /old HTTP/1.0\r\n\r\n")
        #expect(try client.receive().text == "GET /old ")
        #expect(try client.receiveToEnd() == [])
    }

    @Test func `the head contains everything that the client sent`() throws {
        let daemon = try Daemon.start(
            collecting { request, responder in
                let head = request.head
                let text =
                    "\(head.target.segments) \(head.target.first("q") ?? "-") \(head.headers["x-a"] ?? "-") "
                    + "\(head.contentLength ?? 0) \(head.remoteAddress) \(head.version)"
                responder.respond(Response(status: 200, body: Array(text.utf8)))
            })
        let client = try Client(daemon.port)
        try client.send(post("/a%2Fb/c?q=x+y", "12", headers: "X-A:   spaced out\r\n"))
        #expect(try client.receive().text == #"["a/b", "c"] x y spaced out 2 127.0.0.1 http11"#)
    }

    @Test func `headers of one request do not appear in the next`() throws {
        let daemon = try Daemon.start(
            collecting { request, responder in
                responder.respond(Response(status: 200, body: Array((request.head.headers["x-a"] ?? "-").utf8)))
            })
        let client = try Client(daemon.port)
        try client.send(get(headers: "X-A: 1\r\n") + get() + get(headers: "X-A: 3\r\n"))
        for expected in ["1", "-", "3"] { #expect(try client.receive().text == expected) }
    }

    @Test(arguments: [("X\r\nY", "a"), ("X", "a\r\nInjected: 1"), ("X Y", "a"), ("X", "a\nb")])
    func `an answer with a header that cannot be sent becomes a failure`(name: String, value: String) throws {
        let daemon = try Daemon.start(
            collecting { _, responder in responder.respond(Response(status: 200, headers: [(name, value)])) })
        let client = try Client(daemon.port)
        try client.send(get())
        let reply = try client.receive()
        #expect(reply.status == 500)
        #expect(reply.headers["injected"] == nil)
        #expect(reply.text == "failure")
    }

    @Test func `a status out of range becomes a failure`() throws {
        let daemon = try Daemon.start(collecting { _, responder in responder.respond(Response(status: 99)) })
        let client = try Client(daemon.port)
        try client.send(get())
        #expect(try client.receive().status == 500)
    }

    @Test func `each answer of a connection has its own headers and body`() throws {
        let headers: [[(name: String, value: String)]] = [
            [("A", "1"), ("B", "2")], [("A", "1"), ("B", "3"), ("C", "4")], [("A", "1")], [], [("B", "2"), ("A", "1")],
            [("A", "1"), ("B", "2"), ("A", "1")], [("A", "1"), ("B", "2"), ("C", "5")], [("A", "1"), ("B", "2")],
        ]
        let handler = collecting { request, responder in
            let index = Int(request.head.target.path.dropFirst()) ?? 0
            let body = index < 80 ? "answer \(index % 10)" : "a longer answer \(index)"
            responder.respond(
                Response(status: 200 + index % 2, headers: headers[index % headers.count], body: Array(body.utf8)))
        }
        let daemon = try Daemon.start(handler)
        let client = try Client(daemon.port)
        try client.send((0..<100).map { get("/\($0)") }.joined())
        for index in 0..<100 {
            let reply = try client.receive()
            #expect(reply.status == 200 + index % 2)
            #expect(reply.text == (index < 80 ? "answer \(index % 10)" : "a longer answer \(index)"))
            let expected = Dictionary(
                headers[index % headers.count].map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
            #expect(reply.headers.filter { "abc".contains($0.key) } == expected, "\(index)")
        }
    }

    @Test(arguments: [10, 500, 1000, 4000]) func `thousands of query arguments are read`(count: Int) throws {
        let daemon = try Daemon.start(
            collecting { request, responder in
                responder.respond(Response(status: 200, body: Array("\(request.head.target.query.count)".utf8)))
            })
        let client = try Client(daemon.port)
        for _ in 0..<2 {
            try client.send(get("/?" + (0..<count).map { "a\($0)" }.joined(separator: "&")))
            #expect(try client.receive().text == "\(count)")
        }
    }

    @Test(arguments: [1, 200, 500, 3000]) func `many cookies and headers are accepted or refused`(count: Int) throws {
        let daemon = try Daemon.start(echo)
        for header in [
            "Cookie: " + (0..<count).map { "a\($0)=1" }.joined(separator: "; ") + "\r\n",
            (0..<count).map { "a\($0): 1\r\n" }.joined(),
        ] {
            let client = try Client(daemon.port)
            try client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(header)\r\n")
            #expect(try client.receive().status == (count < 400 ? 200 : 431))
        }
        #expect(eventually { daemon.statistics.openConnections == 0 })
    }

    @Test func `long headers that arrive in pieces are accepted`() throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        try client.send("GET /long HTTP/1.1\r\nHost: x\r\n")
        for index in 0..<20 {
            try client.send("X-\(index): " + String(repeating: "v", count: 500))
            try client.send(String(repeating: "w", count: 500) + "\r\nEmpty-\(index):\r\n")
        }
        try client.send("\r\n")
        #expect(try client.receive().text == "GET /long ")
    }

    @Test(arguments: [1000, 20_000, 31_000, 40_000, 200_000])
    func `a long target is answered or refused`(length: Int) throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        try? client.send(get("/" + String(repeating: "a", count: length)))
        let reply = try client.receive()
        #expect(reply.status == 200 && reply.body.count == length + 6 || [414, 431, 413].contains(reply.status))
        #expect((reply.status == 200) == (length < 32_000))
    }
}
