import TestSupport
import Testing

@testable import WebhookEngine

/// Answers as bytes, whole and in parts (decision 36).
@Suite struct ReplyReaderTests {
    /// What is known after an answer was read.
    private struct Reading: Equatable {
        var progress: ReplyReader.Progress
        var status = 0
        var type: String?
        var body = ""
        var keeps = false
    }

    /// Reads `text` in parts of `size` bytes, then the end of the connection if the answer is not complete and `ends`.
    private func read(_ text: String, by size: Int = .max, ends: Bool = false) -> Reading {
        var reader = ReplyReader()
        var progress = ReplyReader.Progress.partial
        var rest = Array(text.utf8)[...]
        while progress == .partial, !rest.isEmpty {
            let part = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            progress = reader.read(part.span)
        }
        if progress == .partial, ends { progress = reader.readEnd() }
        return Reading(
            progress: progress, status: reader.head.status, type: reader.head.contentType,
            body: String(decoding: reader.body, as: UTF8.self), keeps: reader.keepsConnection)
    }

    private static let complete: [(text: String, status: Int, type: String?, body: String, keeps: Bool)] = [
        ("HTTP/1.1 200 OK\r\nContent-Type: a/b; c=d\r\nContent-Length: 3\r\n\r\nabc", 200, "a/b; c=d", "abc", true),
        ("HTTP/1.1 200\r\ncontent-LENGTH:\t 0 \r\n\r\n", 200, nil, "", true),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, nil, "", true),
        ("HTTP/1.1 304 X\r\n\r\n", 304, nil, "", true),
        ("HTTP/1.1 200 OK\nContent-Length: 1\n\nx", 200, nil, "x", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab", 200, nil, "ab", true),
        ("HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\nx", 200, nil, "x", false),
        ("HTTP/1.1 200 OK\r\nConnection: keep-alive,close\r\nContent-Length: 0\r\n\r\n", 200, nil, "", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, nil, "x", false),
        ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx", 200, nil, "x", true),
        (
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 200,
            nil, "x",
            false
        ),
        ("HTTP/1.9 599 X Y\r\nContent-Length: 0\r\n\r\n", 599, nil, "", true),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nContent-Length: 9\r\n\r\nHTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n",
            500, nil, "", true
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0000002 ;x=\"y\"\r\nde\r\n0\r\nA: b\r\n\r\n",
            200, nil, "abcde", true
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\n0123456789\n0\n\n", 200, nil, "0123456789", true),
        ("HTTP/1.1 200 OK\r\nX: \u{e9}\r\nContent-Type:\r\nContent-Length: 0\r\n\r\n", 200, "", "", true),
    ]

    @Test(arguments: complete.indices)
    func `an answer is the same however it is cut into parts`(index: Int) {
        let (text, status, type, body, keeps) = Self.complete[index]
        let expected = Reading(progress: .complete, status: status, type: type, body: body, keeps: keeps)
        for size in [Int.max, 1, 2, 3, 5, 7, 16] { #expect(read(text, by: size) == expected, "\(size)") }
    }

    @Test(arguments: complete.indices)
    func `an answer that is cut short is never complete`(index: Int) {
        let bytes = Array(Self.complete[index].text.utf8)
        for count in 0..<bytes.count {
            let text = String(decoding: bytes.prefix(count), as: UTF8.self)
            #expect(read(text).progress == .partial, "\(count)")
            let ended = read(text, ends: true)
            #expect(ended.progress == .invalid("the engine closed the connection before it answered"), "\(count)")
            #expect(!ended.keeps)
        }
    }

    @Test func `what follows an answer ends the connection and is not read`() {
        for excess in ["x", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "\r\n"] {
            let whole = read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na" + excess)
            #expect(whole == Reading(progress: .complete, status: 200, body: "a", keeps: false))
        }
        #expect(read("HTTP/1.1 204 X\r\n\r\nx").keeps == false)
    }

    @Test func `without a length, the answer ends with the connection`() {
        let text = "HTTP/1.1 200 OK\r\n\r\nab"
        #expect(read(text).progress == .partial)
        #expect(read(text, ends: true) == Reading(progress: .complete, status: 200, body: "ab", keeps: false))
        #expect(read("HTTP/1.1 200 OK\r\n\r\n", by: 1, ends: true).progress == .complete)
    }

    @Test(arguments: [
        "SSH-2.0-x\r\n", "\r\nHTTP/1.1 200 OK\r\n", "HTTP/2 200\r\n\r\n", "HTTP/0.9 200 OK\r\n", "HTTP/1.10 200 OK\r\n",
        "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 099 X\r\n", "HTTP/1.1 +20 X\r\n",
        "HTTP/1.1  200 OK\r\n",
        "HTTP/1.1\r\n", "HTTP/1.x 200 OK\r\n", "HTTP/1.1 200\tOK\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n", "HTTP/1.1 200 OK\r\n: x\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n folded: c\r\n", "HTTP/1.1 200 OK\r\nA\0: b\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1234567890123456\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
    ])
    func `an answer that is not HTTP or could end in two places is invalid`(text: String) {
        for size in [Int.max, 1] {
            guard case .invalid(let reason) = read(text, by: size).progress else {
                Issue.record("\(read(text, by: size).progress)")
                continue
            }
            #expect(!reason.isEmpty)
        }
    }

    @Test func `the limits hold exactly, whether a length was announced or not`() {
        let limit = ReplyReader.maxReplySize
        let body = String(repeating: "x", count: limit)
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(read("HTTP/1.1 200 OK\r\nContent-Length: \(limit)\r\n\r\n\(body)", by: 4096).progress == .complete)
        #expect(read(chunked + "10000\r\n\(body)\r\n0\r\n\r\n", by: 4096).progress == .complete)
        #expect(read("HTTP/1.1 200 OK\r\n\r\n\(body)", by: 4096, ends: true).progress == .complete)
        let tooLarge = ReplyReader.Progress.tooLarge("reply over 65536 bytes")
        #expect(
            read("HTTP/1.1 200 OK\r\nContent-Length: \(limit + 1)\r\n\r\n").progress == tooLarge, "before the content")
        #expect(read(chunked + "10001\r\n\(body)y", by: 4096).progress == tooLarge)
        #expect(read("HTTP/1.1 200 OK\r\n\r\n\(body)y", by: 4096).progress == tooLarge)
    }

    @Test func `header lines have a limit together: of all answers, unfinished ones and trailers too`() {
        let status = "HTTP/1.1 200 OK\r\n"
        let room = ReplyReader.maxReplySize - status.utf8.count - 2
        let fitting = "A: " + String(repeating: "x", count: room - 5) + "\r\n"
        #expect(read(status + fitting + "\r\n", by: 4096, ends: true).progress == .complete)
        let tooLarge = ReplyReader.Progress.tooLarge("header lines of the reply over 65536 bytes")
        #expect(read(status + fitting + "B: c", by: 4096).progress == tooLarge)
        #expect(read(status + "A: " + String(repeating: "x", count: room), by: 100).progress == tooLarge)
        #expect(read(String(repeating: "HTTP/1.1 103 X\r\n\r\n", count: 4000), by: 1000).progress == tooLarge)
        let trailers = String(repeating: "A: b\r\n", count: 11_000)
        #expect(read(status + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + trailers, by: 1000).progress == tooLarge)
    }

    @Test func `everything received has a limit, also what belongs to no line`() {
        let chunk = "1;" + String(repeating: "x", count: 3000) + "\r\na\r\n"
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 100)
        #expect(read(text, by: 1000).progress == .tooLarge("reply over 262144 bytes with its framing"))
    }

    @Test func `bytes at random give the same in any parts, and never break a limit`() {
        var random = SplitMix(seed: 36)
        let words = Self.complete.map { Array($0.text.utf8) }
        for _ in 0..<20_000 {
            var bytes = words[Int(random.next() % UInt64(words.count))]
            for _ in 0...random.next() % 4 {
                let position = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: position)
                case 2: bytes.insert(bytes[Int(random.next() % UInt64(bytes.count))], at: position)
                default: bytes += words[Int(random.next() % UInt64(words.count))].suffix(20)
                }
                if bytes.isEmpty { bytes = [0] }
            }
            var (whole, parts) = (ReplyReader(), ReplyReader())
            let expected = whole.read(bytes.span)
            var progress = ReplyReader.Progress.partial
            var rest = bytes[...]
            while progress == .partial, !rest.isEmpty {
                let part = Array(rest.prefix(1 + Int(random.next() % 9)))
                rest = rest.dropFirst(part.count)
                progress = parts.read(part.span)
            }
            #expect(progress == expected && parts.body == whole.body && parts.head.status == whole.head.status)
            #expect(!whole.keepsConnection || expected == .complete)
        }
    }
}
