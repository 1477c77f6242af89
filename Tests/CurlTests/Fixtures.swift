import Curl
import MicroHTTPD

/// Answers with the method, the target, the values of `X-Test` and the body.
private final class Echo: RequestHandler {
    func begin(_ head: RequestHead) -> RequestPlan {
        .collect(
            limit: 1 << 20, tooLarge: { Response(status: 413) },
            handle: { request, responder in
                let head = request.head
                let line = [head.method.rawValue, head.target.raw] + head.headers.all("X-Test")
                let body = Array((line.joined(separator: " ") + "\n").utf8) + request.body
                responder.respond(Response(status: 200, headers: [(name: "Content-Type", value: "text/x")], body: body))
            })
    }

    func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response { Response(status: violation.status) }
}

/// A server on a free port of loopback that echoes requests.
final class EchoServer {
    private let daemon: Daemon

    init() throws {
        var configuration = DaemonConfiguration()
        configuration.allowsUnsafeLibrary = true
        daemon = try Daemon(configuration, handler: Echo(), log: { _ in })
    }

    deinit { _ = daemon.stop(within: .zero) }

    /// A handle that requests `path`.
    func handle(_ path: String = "/") throws -> EasyHandle {
        let handle = try EasyHandle()
        try handle.set(.url, "http://127.0.0.1:\(daemon.port)\(path)")
        try handle.set(.proxy, "")
        try handle.set(.withoutSignals, true)
        return handle
    }
}

/// Sends the parts of a body one by one, and stores the answer.
final class Parts: TransferDelegate {
    private var parts: [String]
    private let aborts: Bool
    private let most: Int
    private(set) var answer: [UInt8] = []
    private(set) var headerBytes = 0
    private(set) var steps = 0

    /// - Parameters:
    ///   - aborts: Whether it aborts the transfer after the last part.
    ///   - most: The maximum size in bytes of an answer; a longer one aborts the transfer.
    init(_ parts: [String] = [], aborts: Bool = false, most: Int = .max) {
        self.parts = parts
        self.aborts = aborts
        self.most = most
    }

    var text: String { String(decoding: answer, as: UTF8.self) }

    func send(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard !parts.isEmpty else { return aborts ? nil : 0 }
        let part = Array(parts.removeFirst().utf8)
        buffer.copyBytes(from: part)
        return part.count
    }

    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        answer += bytes
        return answer.count <= most
    }

    func receiveHeader(_ count: Int) -> Bool {
        headerBytes += count
        return true
    }

    func makeProgress(on handle: EasyHandle) -> Bool {
        steps += 1
        return true
    }
}
