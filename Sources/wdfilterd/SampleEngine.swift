import Bytes
import Console
import Dispatch
import Driver
import DriverJSON
import JSON
import Locking
import Messages
import MicroHTTPD
import Replay
import Runtime

/// An engine behind HTTP that answers as the embedded engine does.
final class SampleEngine: RequestHandler {
    /// Maximum size of a message in bytes. A registry operation carries as much as a request's body.
    static let bodyLimit = 16 << 20

    private let check: SignatureCheck?
    private let behavior: EmbeddedEngine.Behavior
    private let table: ReplyTable
    private let print: (@Sendable (AnsweredEvent) -> Void)?
    private let refused: @Sendable (String) -> Void
    private let counted = Locked(Tally())
    private let images = Locked(ImageNames())
    private let delayed = DispatchQueue(label: "wdfilterd.engine.delay")
    /// The messages that were counted and are not printed yet: the client may have the answer before that.
    private let printing = DispatchGroup()

    /// Creates an engine that passes each message and its answer to `print` and the reason of each refusal to `refused`.
    init(
        check: SignatureCheck?, behavior: EmbeddedEngine.Behavior, print: (@Sendable (AnsweredEvent) -> Void)?,
        refused: @escaping @Sendable (String) -> Void
    ) {
        self.check = check
        self.behavior = behavior
        table = ReplyTable(behavior.replies, failEvery: behavior.failEvery)
        self.print = print
        self.refused = refused
    }

    /// The current counts.
    var tally: Tally { counted.withLock { $0 } }

    /// Waits until each message that was counted is printed, at most for `bound`.
    func finishPrinting(within bound: Duration) { _ = printing.wait(timeout: .after(bound)) }

    func begin(_ head: RequestHead) -> RequestPlan {
        guard head.method == .post else {
            return .reject(Self.refusal(405, "messages are sent with POST", [("Allow", "POST")]))
        }
        return .collect(
            limit: Self.bodyLimit,
            tooLarge: { Self.refusal(413, "the message is longer than \(Self.bodyLimit) bytes") }
        ) { request, responder in
            self.receive(request, responder)
        }
    }

    func refuse(_ violation: RequestViolation, _ head: RequestHead?) -> Response {
        refused(violation.detail)
        return Self.refusal(violation.status, violation.detail)
    }

    private func receive(_ request: Request, _ responder: Responder) {
        let started = Monotonic.now()
        if let fault = check?.fault(of: request) {
            return refuse(responder, status: 401, reason: fault)
        }
        let received: ReceivedRequest
        do throws(ReceivedEvent.Fault) {
            received = try ReceivedRequest(request)
        } catch {
            switch error {
            case .unknownMediaType:
                return refuse(
                    responder, status: 415, reason: "not a CloudEvent in structured or binary mode, nor a batch")
            case .malformed(let detail):
                return refuse(responder, status: 400, reason: detail)
            }
        }
        if check != nil, received.id != request.head.headers["webhook-id"] {
            return refuse(responder, status: 400, reason: "webhook-id is not the id of the event or batch")
        }
        answer(received, on: responder, from: started)
    }

    /// Counts, answers and prints the messages of a request that arrived at `started`.
    private func answer(_ received: ReceivedRequest, on responder: Responder, from started: Monotonic) {
        printing.enter()
        counted.withLock { tally in for event in received.events { tally.count(event) } }
        let known = received.events.map { event in images.withLock { $0.image(of: event) } }
        let answers = zip(received.events, known).map { answer(to: $0, image: $1) }
        for (event, answer) in zip(received.events, answers) where answer.denies {
            images.withLock { $0.forget(event) }
        }
        let reply = SampleAnswer(toBatchOf: answers)
        let finish: @Sendable () -> Void = { [print, printing] in
            reply.send(on: responder)
            for (event, image) in zip(received.events, known) {
                print?(AnsweredEvent(event: event, image: image, verdict: reply.verdict, duration: .now() - started))
            }
            printing.leave()
        }
        if reply.delay > .zero {
            delayed.asyncAfter(deadline: .after(reply.delay), execute: finish)
        } else {
            finish()
        }
    }

    /// The answer to a message about a process with this image.
    func answer(to event: ReceivedEvent, image: String?) -> SampleAnswer {
        guard let (kind, operation) = event.messageType else {
            return SampleAnswer(event, behavior.reply, nil, table.decideOnPing(), delay: behavior.delay)
        }
        let decision = table.decide(kind: kind, operation: operation, imageFileName: image.map { UnicodeString($0) })
        return SampleAnswer(
            event, decision.entry?.reply ?? behavior.reply, decision.entry?.answer, decision,
            delay: decision.entry?.delay ?? behavior.delay)
    }

    private func refuse(_ responder: Responder, status: Int, reason: String) {
        refused(reason.escapingInvisible)
        counted.withLock { $0.refused += 1 }
        responder.respond(Self.refusal(status, reason))
    }

    /// The answer to a request that is refused: the reason, on a line.
    private static func refusal(
        _ status: Int, _ reason: String, _ headers: [(name: String, value: String)] = []
    ) -> Response {
        Response(
            status: status, headers: headers + [("Content-Type", "text/plain; charset=utf-8")],
            body: Array((reason.escapingInvisible + "\n").utf8))
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

/// The images of processes, as the engine learns them: only CreateProcess carries them.
struct ImageNames: Sendable {
    private struct Process: Hashable {
        let source: String
        let subject: String
    }

    /// Evicts the oldest processes at the limit: those of a deleted host never exit.
    private var images: RecentMap<Process, String>

    /// The number of processes whose images are certainly kept. At most twice as many are.
    static let limit = 100_000

    init(limit: Int = ImageNames.limit) { images = RecentMap(capacity: limit) }

    /// The image of the process that `event` is about. Learns it from a creation and forgets it at the exit.
    mutating func image(of event: ReceivedEvent) -> String? {
        guard let subject = event.subject else { return event.imageFileName }
        let process = Process(source: event.source, subject: subject)
        guard let image = event.imageFileName else { return images[process] }
        if event.isExit { images.remove(process) } else { images.store(image, under: process) }
        return image
    }

    /// Forgets the process that `event` is about: one that was denied never exits.
    mutating func forget(_ event: ReceivedEvent) {
        if let subject = event.subject { images.remove(Process(source: event.source, subject: subject)) }
    }
}
