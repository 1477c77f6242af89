import Bytes
import Console
import Dispatch
import DriverJSON
import JSON
import Locking
import Messages
import MicroHTTPD
import Runtime

/// An engine that answers all messages the same way.
final class SampleEngine: RequestHandler {
    /// The kind of answers.
    enum Reply: String, CaseIterable, Sendable {
        /// The answer that the driver expects.
        case acknowledge
        /// An answer that the driver does not expect.
        case mismatch
        /// An empty answer.
        case empty
        /// Forbids processes to start; otherwise like `acknowledge`.
        case deny
    }

    /// Maximum size of a message in bytes. A registry operation carries as much as a request's body.
    static let bodyLimit = 16 << 20

    private let check: SignatureCheck?
    private let reply: Reply
    private let delay: Duration
    private let print: (@Sendable (String) -> Void)?
    private let refused: @Sendable (String) -> Void
    private let counted = Locked(Tally())
    private let delayed = DispatchQueue(label: "wdfilterd.engine.delay")

    /// Creates an engine that passes a line for each message to `print` and the reason of each refusal to `refused`.
    init(
        check: SignatureCheck?, reply: Reply, delay: Duration, print: (@Sendable (String) -> Void)?,
        refused: @escaping @Sendable (String) -> Void
    ) {
        self.check = check
        self.reply = reply
        self.delay = delay
        self.print = print
        self.refused = refused
    }

    /// The current counts.
    var tally: Tally { counted.withLock { $0 } }

    func begin(_ head: RequestHead) -> RequestPlan {
        guard head.method == .post else {
            return .reject(Response(status: 405, headers: [("Allow", "POST")]))
        }
        return .collect(limit: Self.bodyLimit, tooLarge: { Response(status: 413) }) { request, responder in
            self.receive(request, responder)
        }
    }

    func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response {
        refused(violation.detail)
        return Response(status: violation.status)
    }

    private func receive(_ request: Request, _ responder: Responder) {
        if let fault = check?.fault(of: request) {
            return refuse(responder, status: 401, reason: fault)
        }
        let event: ReceivedEvent
        do throws(ReceivedEvent.Fault) {
            event = try ReceivedEvent(request)
        } catch {
            switch error {
            case .unknownMediaType:
                return refuse(responder, status: 415, reason: "not a CloudEvent in structured or binary mode")
            case .malformed(let detail):
                return refuse(responder, status: 400, reason: detail)
            }
        }
        counted.withLock { $0.count(event) }
        print?(event.line)
        let response = Self.response(to: event, reply)
        guard delay > .zero else {
            responder.respond(response)
            return
        }
        delayed.asyncAfter(deadline: .after(delay)) { responder.respond(response) }
    }

    private func refuse(_ responder: Responder, status: Int, reason: String) {
        refused(reason.escapingInvisible)
        counted.withLock { $0.refused += 1 }
        responder.respond(Response(status: status))
    }

    /// The answer to `event`, in the event's own mode. Empty for async messages and pings, whose answers are ignored.
    static func response(to event: ReceivedEvent, _ reply: Reply) -> Response {
        let isCreation = event.kind == "direct" && event.operation == "CreateProcess"
        guard event.kind == "sync" || isCreation, reply != .empty, let code = event.operationCode else {
            return Response(status: 200)
        }
        let (type, body) =
            event.isBinary
            ? (CloudEvent.binaryMediaType, isCreation ? binary(reply) : binary(reply, to: code))
            : ("application/json", isCreation ? json(reply) : json(reply, to: code))
        return Response(status: 200, headers: [("Content-Type", type)], body: body)
    }

    private static func json(_ reply: Reply, to code: Int64) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { $0.member("operationType", reply == .mismatch ? code + 1 : code) }
        return writer.bytes
    }

    private static func json(_ reply: Reply) -> [UInt8] {
        var writer = JSONWriter()
        switch reply {
        case .deny: writer.object { $0.member("accessDenied", true) }
        case .mismatch: writer.value("mismatch" as StaticString)
        case .acknowledge, .empty: writer.object { _ in }
        }
        return writer.bytes
    }

    private static func binary(_ reply: Reply, to code: Int64) -> [UInt8] {
        ReplySyncMessage(operationType: Int32(truncatingIfNeeded: code) &+ (reply == .mismatch ? 1 : 0)).bytes
    }

    private static func binary(_ reply: Reply) -> [UInt8] {
        // A reply to CreateProcess that lacks a byte is invalid.
        let bytes = CreateProcessReply(accessDenied: reply == .deny).bytes
        return reply == .mismatch ? bytes.dropLast() : bytes
    }
}

/// The number of messages received by kind.
struct Tally: Sendable {
    private var messages: [String: Int] = [:]
    /// Requests that were refused.
    var refused = 0

    mutating func count(_ event: ReceivedEvent) {
        // Unknown kinds are counted together, so that clients cannot grow the table.
        let kind = ["sync", "async", "direct", "ping"].contains(event.kind) ? event.kind : "other"
        messages[kind, default: 0] += 1
    }

    /// One line per kind, including kinds without messages; `other` and `refused` if there were any.
    var lines: [String] {
        var lines = ["sync", "async", "direct", "ping"].map { "\($0) \(messages[$0] ?? 0)" }
        if let other = messages["other"] { lines.append("other \(other)") }
        if refused > 0 { lines.append("refused \(refused)") }
        return lines
    }
}
