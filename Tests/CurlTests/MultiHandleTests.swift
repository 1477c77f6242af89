import Curl
import Glibc
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
            handle.begin(delegate)
            try multi.add(handle)
        }
        var codes: [EasyHandle.ID: ResultCode] = [:]
        while codes.count < handles.count {
            for (easy, code) in try multi.perform() { codes[easy] = code }
            if codes.count < handles.count { try multi.wait(milliseconds: 20_000, also: -1) }
        }
        for handle in handles {
            multi.remove(handle)
            handle.end()
        }
        #expect(codes[handles[0].id] == .ok && codes[handles[1].id] == .ok)
        #expect(codes[handles[2].id] != .ok)
        #expect(delegates.map(\.text) == ["GET /0\n", "GET /1\n", ""])
    }

    @Test(.timeLimit(.minutes(1))) func `a descriptor that can be read ends the wait`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        try #require(write(ends[1], "x", 1) == 1)
        try MultiHandle(connections: 4).wait(milliseconds: 600_000, also: ends[0])
    }

    @Test(.timeLimit(.minutes(1))) func `a connection that only libcurl made carries bytes until its end`() throws {
        let multi = try MultiHandle(connections: 4)
        let handle = try server.handle()
        try handle.set(.connectsOnly, true)
        try handle.setShare(try ConnectionShare())
        #expect(handle.socket == nil)
        handle.begin()
        try multi.add(handle)
        var codes: [ResultCode] = []
        while codes.isEmpty {
            codes = try multi.perform().map(\.code)
            if codes.isEmpty { try multi.wait(milliseconds: 20_000, also: -1) }
        }
        #expect(codes == [.ok])
        let socket = try #require(handle.socket)
        #expect(!EasyHandle.hasInput(socket))
        var buffer = [UInt8](repeating: 0, count: 4096)
        #expect(buffer.withUnsafeMutableBytes { handle.receive(into: $0) } == .wouldBlock)
        let request = [UInt8]("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
        #expect(request.withUnsafeBytes { handle.send($0) } == .bytes(request.count))
        var answer: [UInt8] = []
        var result = EasyHandle.SocketResult.wouldBlock
        while result != .closed {
            var ready = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            #expect(poll(&ready, 1, 20_000) == 1)
            result = buffer.withUnsafeMutableBytes { handle.receive(into: $0) }
            if case .bytes(let count) = result { answer += buffer[..<count] }
        }
        #expect(String(decoding: answer, as: UTF8.self).hasSuffix("GET /x\n"))
        #expect(EasyHandle.hasInput(socket), "its end counts as input")
        multi.remove(handle)
        #expect(handle.socket == nil)
    }
}
