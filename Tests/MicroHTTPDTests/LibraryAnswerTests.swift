@testable import MicroHTTPD
import TestSupport
import Testing

/// The answers that libmicrohttpd 0.9.75 gives by itself, which SECURITY.md lists: the handler is not called, or its
/// answer is not waited for.
struct LibraryAnswerTests {
    /// The bytes that a client sends, and the statuses of the replies.
    struct Case: CustomTestStringConvertible {
        let name: String
        let sent: String
        let statuses: [Int]
        var testDescription: String { name }
    }

    private static let host = "Host: x\r\n"
    private static let chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    private static let cases: [Case] = [
        Case(name: "a target of 64 kB", sent: "GET /\(many("a", 65_536)) HTTP/1.1\r\n\(host)\r\n", statuses: [414]),
        Case(name: "a target without end", sent: "GET /\(many("a", 1_000_000))", statuses: [414]),
        Case(name: "a method of 64 kB", sent: "\(many("A", 65_536)) / HTTP/1.1\r\n\(host)\r\n", statuses: [414]),
        Case(name: "empty lines without end", sent: many("\r\n", 50_000), statuses: [414]),
        Case(name: "NULs without end", sent: many("\0", 50_000), statuses: [414]),
        Case(
            name: "a header of 64 kB", sent: "GET / HTTP/1.1\r\n\(host)X: \(many("a", 65_536))\r\n\r\n", statuses: [431]
        ),
        Case(name: "5000 headers", sent: "GET / HTTP/1.1\r\n\(host)\(many("X: y\r\n", 5000))\r\n", statuses: [431]),
        Case(
            name: "1500 cookies", sent: "GET / HTTP/1.1\r\n\(host)Cookie: \(many("a=b; ", 1500))c=d\r\n\r\n",
            statuses: [431, 431]),
        Case(name: "no version", sent: "GET /\r\n\(host)\r\n", statuses: [400]),
        Case(name: "another version's form", sent: "GET / HTTP/1.10\r\n\(host)\r\n", statuses: [400]),
        Case(name: "another protocol", sent: "GET / FOO/1.1\r\n\(host)\r\n", statuses: [400]),
        Case(name: "HTTP in lower case", sent: "GET / http/1.1\r\n\(host)\r\n", statuses: [400]),
        Case(name: "HTTP/0.9", sent: "GET / HTTP/0.9\r\n\(host)\r\n", statuses: [505]),
        Case(name: "HTTP/3.0", sent: "GET / HTTP/3.0\r\n\(host)\r\n", statuses: [505]),
        Case(name: "the preface of HTTP/2", sent: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", statuses: [505]),
        Case(name: "a line of one word", sent: "GET\r\n\(host)\r\n", statuses: []),
        Case(name: "a TLS handshake", sent: "\u{16}\u{3}\u{1}\u{0}\u{10}\u{1}\u{0}\r\n\r\n", statuses: []),
        Case(name: "a header without a colon", sent: "GET / HTTP/1.1\r\n\(host)header\r\n\r\n", statuses: [400]),
        Case(
            name: "a length that is not a number", sent: "POST / HTTP/1.1\r\n\(host)Content-Length: x\r\n\r\n",
            statuses: [400, 400]),
        Case(
            name: "a length of more than 64 bits",
            sent: "POST / HTTP/1.1\r\n\(host)Content-Length: 99999999999999999999\r\n\r\n", statuses: [413, 413]),
        Case(name: "a chunk size that is not a number", sent: chunked + "zz\r\n", statuses: [400]),
        Case(name: "a chunk's size with a sign", sent: chunked + "+2\r\nab\r\n0\r\n\r\n", statuses: [400]),
        Case(name: "a chunk's size with 0x", sent: chunked + "0x2\r\nab\r\n0\r\n\r\n", statuses: [400]),
        Case(name: "a chunk's size of more than 64 bits", sent: chunked + "10000000000000000\r\nab", statuses: [413]),
        Case(name: "a chunk longer than its size", sent: chunked + "2\r\nabc\r\n0\r\n\r\n", statuses: [400]),
        Case(
            name: "a chunk's extension of 64 kB", sent: chunked + "2;\(many("x", 65_536))\r\nab\r\n0\r\n\r\n",
            statuses: [500]),
        Case(name: "a trailer without a colon", sent: chunked + "0\r\ntrailer\r\n\r\n", statuses: [400]),
        Case(name: "trailers of 64 kB", sent: chunked + "0\r\n\(many("X: y\r\n", 10_923))\r\n", statuses: [431]),
    ]

    @Test(arguments: cases) func `the library answers by itself and closes`(_ given: Case) throws {
        let daemon = try Daemon.start(echo)
        let client = try Client(daemon.port)
        // It closes the connection before it has read everything, so that sending may fail.
        try? client.send(given.sent + get("/hidden"))
        let text = String(decoding: try client.receiveToEnd(), as: UTF8.self)
        let statuses = text.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false).dropFirst().map {
            Int($0.prefix(3))
        }
        #expect(statuses == given.statuses)
        #expect(!text.contains("hidden"))
        #expect(!text.lowercased().contains("content-type"))
        #expect(eventually { daemon.liveConnections == 0 })
    }

    @Test func `long chunk extensions and long trailers within the limit are skipped`() throws {
        let daemon = try Daemon.start(echo)
        for body in [
            "2;\(Self.many("x", 20_000))\r\nab\r\n0\r\n\r\n", "2\r\nab\r\n0\r\n\(Self.many("X: y\r\n", 200))\r\n",
        ] {
            let client = try Client(daemon.port)
            try client.send(Self.chunked + body)
            #expect(try client.receive().text == "POST / ab")
        }
    }

    @Test func `a chunk of 2^64 - 1 bytes is a body over the limit`() throws {
        let daemon = try Daemon.start(
            collecting(limit: 10) { _, responder in responder.respond(Response(status: 200)) })
        let client = try Client(daemon.port)
        try client.send(Self.chunked + "ffffffffffffffff\r\n")
        #expect(throws: Client.Failure.self) {
            for _ in 0..<1000 { try client.send(Self.many("x", 65_536)) }
        }
        #expect(eventually { daemon.liveConnections == 0 })
    }
}
