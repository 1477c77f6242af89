import Driver
import Glibc
import Messages
import TestSupport
import Testing
import WebhookEngine

/// Misbehaving engines: the result of a send, and that the next one works.
@Suite(.timeLimit(.minutes(2)))
struct FailureTests {
    /// Sends a message that is answered with `steps`, and then one that is answered normally.
    private func status(
        _ message: EngineMessage, _ steps: [ScriptedReceiver.Step]
    ) async throws -> NTStatus {
        let receiver = try ScriptedReceiver { request in
            request["webhook-id"]?.hasSuffix("-1") == true ? steps : .reply(#"{"operationType":3}"#)
        }
        let engine = try WebhookEngine.make(receiver.url)
        let result = await engine.outcome(of: message)
        #expect(result.reply == .empty)
        #expect(result.fault != nil)
        let next: EngineMessage = message.kind == .async ? .async(2) : .sync(2)
        #expect(await engine.status(of: next) == .success, "the next message works")
        #expect(receiver.requests.filter { $0["webhook-id"]?.hasSuffix("-1") == true }.count == 1)
        return result.status
    }

    private static let half = [UInt8]("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc".utf8)
    private static let halfChunk = [UInt8]("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nabc".utf8)

    @Test func `an engine that closes the connection without an answer is said to have done so`() async throws {
        for end in [ScriptedReceiver.Step.close, .reset] {
            let receiver = try ScriptedReceiver { request in
                request["webhook-id"]?.hasSuffix("-2") == true ? [end] : .reply(#"{"operationType":3}"#)
            }
            let engine = try WebhookEngine.make(receiver.url)
            #expect(await engine.status(of: .sync(1)) == .success)
            let fault = await engine.fault(of: .sync(2))
            #expect(fault == "the engine closed the connection before it answered")
            #expect(fault?.contains("rewind") == false)
        }
    }

    @Test(arguments: [EngineMessage.sync(1), .async(1)])
    func `a lost connection is STATUS_PORT_DISCONNECTED`(message: EngineMessage) async throws {
        for end in [ScriptedReceiver.Step.close, .reset] {
            #expect(try await status(message, [end]) == .portDisconnected)
            #expect(try await status(message, [.send([UInt8]("HTTP/1.1 200".utf8)), end]) == .portDisconnected)
            #expect(try await status(message, [.send(Self.half), end]) == .portDisconnected)
            #expect(try await status(message, [.send(Self.halfChunk), end]) == .portDisconnected)
        }
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "<html>\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func `a peer that does not speak HTTP is STATUS_PORT_DISCONNECTED`(answer: String) async throws {
        #expect(try await status(.sync(1), [.send([UInt8](answer.utf8)), .close]) == .portDisconnected)
    }

    @Test func `a connection that is closed before a request is read fails only one message`() async throws {
        let receiver = try ScriptedReceiver(greeting: { $0 == 0 ? [.close] : [] })
        let engine = try WebhookEngine.make(receiver.url)
        #expect(await engine.status(of: .sync(1)) == .portDisconnected)
        #expect(await engine.status(of: .sync(2)) == .success)
        #expect(receiver.requests.count == 1)
    }

    @Test func `a port without a listener and an unknown name are STATUS_PORT_DISCONNECTED`()
        async throws
    {
        let socket = try ListeningSocket(on: "127.0.0.1", backlog: 1)
        close(socket.descriptor)
        let refused = try WebhookEngine.make("http://127.0.0.1:\(socket.port)/")
        let outcome = await refused.outcome(of: .sync())
        #expect(outcome.status == .portDisconnected)
        #expect(try #require(outcome.fault).contains("127.0.0.1"))
        let nameless = try WebhookEngine.make("http://no-such-host.invalid/")
        #expect(await nameless.status(of: .async()) == .portDisconnected)
    }

    @Test func `a server without TLS is STATUS_PORT_DISCONNECTED`() async throws {
        let receiver = try ScriptedReceiver(greeting: { _ in [.send([UInt8]("HTTP/1.1 400 X\r\n\r\n".utf8)), .close] })
        let engine = try WebhookEngine.make("https://127.0.0.1:\(receiver.port)/")
        #expect(await engine.status(of: .sync()) == .portDisconnected)
    }

    @Test func `a reply of 64 KiB fits, a longer one is STATUS_BUFFER_OVERFLOW`() async throws {
        let whole = try ScriptedReceiver { _ in
            [.send(.response([UInt8](repeating: 1, count: 65_536), type: "application/octet-stream"))]
        }
        let result = try await WebhookEngine.make(whole.url).result(of: .sync())
        #expect(result.reply == .bytes([UInt8](repeating: 1, count: 65_536)))
        let long = [UInt8].response([UInt8](repeating: 1, count: 65_537), type: "application/octet-stream")
        #expect(try await status(.sync(1), [.send(long)]) == .bufferOverflow)
        #expect(try await status(.async(1), [.send(long)]) == .bufferOverflow)
        let error = [UInt8].response([UInt8](repeating: 1, count: 65_537), status: 500)
        #expect(try await status(.sync(1), [.send(error)]) == .unsuccessful)
    }

    @Test func `an endless header line is STATUS_BUFFER_OVERFLOW`() async throws {
        let start = [UInt8]("HTTP/1.1 200 OK\r\nX: ".utf8)
        let part = [UInt8](repeating: UInt8(ascii: "x"), count: 1000)
        let result = try await status(.sync(1), [.send(start), .trickle(part, every: .zero)])
        #expect(result == .bufferOverflow)
    }

    @Test func `an endless chunk extension is STATUS_BUFFER_OVERFLOW, however libcurl handles it`() async throws {
        let start = [UInt8]("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;".utf8)
        let part = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
        #expect(try await status(.sync(1), [.send(start), .trickle(part, every: .zero)]) == .bufferOverflow)
        let receiver = try ScriptedReceiver { _ in [.send(start), .trickle(part, every: .zero)] }
        let fault = try await WebhookEngine.make(receiver.url).fault(of: .sync())
        #expect(fault == "reply over 262144 bytes with its framing")
    }

    @Test func `a kept connection has the full limit for each reply`() async throws {
        let body = [UInt8](repeating: 1, count: 65_536)
        let receiver = try ScriptedReceiver { _ in [.send(.response(body, type: "application/octet-stream"))] }
        let engine = try WebhookEngine.make(receiver.url)
        for number in UInt64(1)...20 { #expect(await engine.status(of: .sync(number)) == .success) }
        #expect(receiver.connections == 1)
    }

    @Test func `an endless reply or header is aborted after 64 KiB`() async throws {
        let chunk = [UInt8]("8000\r\n".utf8) + [UInt8](repeating: 32, count: 0x8000) + [UInt8]("\r\n".utf8)
        let head = [UInt8]("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        #expect(try await status(.sync(1), [.send(head), .trickle(chunk, every: .zero)]) == .bufferOverflow)
        let line = [UInt8]("X-\(String(repeating: "x", count: 1000)): y\r\n".utf8)
        let start = [UInt8]("HTTP/1.1 200 OK\r\n".utf8)
        #expect(try await status(.sync(1), [.send(start), .trickle(line, every: .zero)]) == .bufferOverflow)
        let trailer = [UInt8]("X: y\r\n".utf8)
        let end = head + [UInt8]("0\r\n".utf8)
        #expect(try await status(.sync(1), [.send(end), .trickle(trailer, every: .zero)]) == .bufferOverflow)
        let hint = [UInt8]("HTTP/1.1 103 Early Hints\r\n\r\n".utf8)
        #expect(try await status(.sync(1), [.trickle(hint, every: .zero)]) == .bufferOverflow)
    }

    @Test func `if the process has no descriptor left, the fault says so`() async {
        // In a separate process, because the limit applies to the whole process.
        await #expect(processExitsWith: .success) {
            let receiver = try ScriptedReceiver()
            let thread = try WebhookThread()
            let engine = try WebhookEngine.make(receiver.url, thread: thread)
            // Everything that opens files on first use has done so.
            #expect(await engine.status(of: .sync(1)) == .success)
            let next = open("/dev/null", O_RDONLY)
            close(next)
            let other = try WebhookEngine.make("http://127.0.0.1:9/", thread: thread)
            var limit = rlimit()
            try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            let usual = limit
            limit.rlim_cur = rlim_t(next)
            // As short as possible: once a second, libdispatch opens a file, and aborts the process if it cannot.
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            let fault = await withCheckedContinuation { continuation in
                other.send(.sync(2), timeout: .failSafe) { result in
                    var usual = usual
                    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &usual)
                    continuation.resume(returning: result.fault)
                }
            }
            #expect(fault?.hasSuffix("no socket: too many open files (EMFILE)") == true, "\(fault ?? "")")
        }
    }
}
