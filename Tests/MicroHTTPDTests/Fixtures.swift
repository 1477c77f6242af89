import Dispatch
import Locking
import MicroHTTPD
import TestSupport
import Testing

/// A handler made of closures.
final class TestHandler: RequestHandler {
    /// The path for probes.
    private let probe: String?
    private let plan: @Sendable (RequestHead) -> RequestPlan

    init(probe: String? = nil, plan: @escaping @Sendable (RequestHead) -> RequestPlan) {
        self.probe = probe
        self.plan = plan
    }

    func isProbe(_ head: RequestHead) -> Bool { head.target.path == probe }

    func begin(_ head: RequestHead) -> RequestPlan { plan(head) }

    func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response {
        Response(status: violation.status, body: Array("\(violation)".utf8))
    }

    func failure() -> Response {
        Response(status: 500, body: Array("failure".utf8))
    }
}

/// Passes whole requests to `handle`.
func collecting(
    limit: Int = 1 << 20, _ handle: @escaping @Sendable (Request, Responder) -> Void
) -> TestHandler {
    TestHandler { _ in
        .collect(limit: limit, tooLarge: { Response(status: 413, body: Array("too large".utf8)) }, handle: handle)
    }
}

/// Answers with method, raw target and body.
let echo = collecting { request, responder in
    let text = "\(request.head.method.rawValue) \(request.head.target.raw) "
    responder.respond(Response(status: 200, body: Array(text.utf8) + request.body))
}

extension Daemon {
    /// A daemon on a free port of the loopback interface.
    static func start(
        _ handler: TestHandler, _ change: (inout DaemonConfiguration) -> Void = { _ in }
    ) throws -> Daemon {
        var configuration = DaemonConfiguration()
        // Some of the tests run with such a library (`make compat`).
        configuration.allowsUnsafeLibrary = true
        change(&configuration)
        return try Daemon(configuration, handler: handler, log: { _ in })
    }
}

/// An event on another thread that a test waits for.
final class Event: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func happen() { semaphore.signal() }

    /// Waits until it has happened `count` times; false after `Duration.failSafe`, which makes the test fail.
    func wait(_ count: Int = 1) -> Bool {
        let deadline = DispatchTime.now() + .seconds(Int(Duration.failSafe.components.seconds))
        return (0..<count).allSatisfy { _ in semaphore.wait(timeout: deadline) == .success }
    }
}

/// Responders that a handler leaves to the test.
final class Desk: Sendable {
    let arrived = Event()
    private let responders = Locked<[(target: String, responder: Responder)]>([])

    var handler: TestHandler {
        collecting { [self] request, responder in
            responders.withLock { $0.append((request.head.target.raw, responder)) }
            arrived.happen()
        }
    }

    /// Removes and returns all of them.
    func takeAll() -> [(target: String, responder: Responder)] {
        responders.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}

/// A request with a body and its length.
func post(_ target: String = "/", _ body: String, headers: String = "") -> String {
    "POST \(target) HTTP/1.1\r\nHost: test\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

/// A request without a body.
func get(_ target: String = "/", headers: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: test\r\n\(headers)\r\n"
}
