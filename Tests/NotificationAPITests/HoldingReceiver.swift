import Locking
import MicroHTTPD

/// An engine webhook that holds back its answers until it is released.
final class HoldingReceiver: Sendable {
    private struct State {
        var holds = true
        var held: [Responder] = []
        var received: [(headers: HeaderFields, body: [UInt8])] = []
    }

    private final class Handler: RequestHandler {
        let state = Locked(State())

        func begin(_ head: RequestHead) -> RequestPlan {
            .collect(limit: 1 << 20, tooLarge: { Response(status: 413) }) { [state] request, responder in
                let answersAtOnce = state.withLock { state in
                    state.received.append((head.headers, request.body))
                    if state.holds { state.held.append(responder) }
                    return !state.holds
                }
                if answersAtOnce { responder.respond(HoldingReceiver.acknowledgement) }
            }
        }

        func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response {
            Response(status: violation.status)
        }
    }

    /// Acknowledges NewThreadDifferentProcess; has no meaning for other messages.
    private static let acknowledgement = Response(status: 200, body: Array(#"{"operationType":3}"#.utf8))

    private let handler = Handler()
    private let daemon: Daemon

    init() throws {
        var configuration = DaemonConfiguration()
        configuration.connectionLimit = 8192
        daemon = try Daemon(configuration, handler: handler) { _ in }
    }

    deinit { daemon.stop(within: .zero) }

    /// The engine setting that points to this engine.
    var setting: String { #"{"type":"webhook","url":"http://127.0.0.1:\#(daemon.port)/"}"# }

    /// The requests received so far.
    var received: [(headers: HeaderFields, body: [UInt8])] { handler.state.withLock { $0.received } }

    /// The number of requests that wait for their answer.
    var held: Int { handler.state.withLock { $0.held.count } }

    /// Answers the waiting requests, and all later ones at once.
    func release() {
        let held = handler.state.withLock { state in
            defer { state.held = [] }
            state.holds = false
            return state.held
        }
        for responder in held { responder.respond(HoldingReceiver.acknowledgement) }
    }
}
