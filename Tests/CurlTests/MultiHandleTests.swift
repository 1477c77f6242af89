import Curl
import Testing

@Suite struct MultiHandleTests {
    private let server: EchoServer

    init() throws { server = try EchoServer() }

    @Test func `transfers run concurrently, and each ends with its own result code`() throws {
        let multi = try MultiHandle(connections: 4)
        let handles = try (0..<3).map { try server.handle("/\($0)") }
        try handles[2].set(.url, "nothing://example")
        let delegates = handles.map { _ in Parts() }
        for (handle, delegate) in zip(handles, delegates) {
            try handle.begin(delegate)
            try multi.add(handle)
        }
        var codes: [EasyHandle.ID: ResultCode] = [:]
        while codes.count < handles.count {
            for (easy, code) in try multi.perform() { codes[easy] = code }
            if codes.count < handles.count { try multi.wait(milliseconds: 20_000) }
        }
        for handle in handles {
            multi.remove(handle)
            handle.end()
        }
        #expect(codes[handles[0].id] == .ok && codes[handles[1].id] == .ok)
        #expect(codes[handles[2].id] != .ok)
        #expect(delegates.map(\.text) == ["GET /0\n", "GET /1\n", ""])
    }

    @Test(.timeLimit(.minutes(1))) func `a wake-up ends the next wait`() throws {
        let multi = try MultiHandle(connections: 4)
        multi.wakeUp()
        try multi.wait(milliseconds: 600_000)
    }
}
