import Bytes
import Console
import Driver
import DriverJSON
import JSON
import Messages
import MicroHTTPD
import Runtime

/// The sample engine's answer to one event.
struct SampleAnswer: Sendable {
    /// How it ends.
    enum End: Equatable, Sendable {
        /// With a status and a body of this type.
        case response(status: Int, type: String?, body: [UInt8])
        /// Never: the connection stays open until the client gives up.
        case silence
        /// By closing the connection.
        case disconnect
    }

    let end: End
    /// What it means for the driver, in a word or two.
    let verdict: String
    let delay: Duration
    /// Whether it denies a process its start.
    let denies: Bool

    /// The answer by `reply`, or for CreateProcess by `creation`.
    init(
        _ event: ReceivedEvent, _ reply: EmbeddedEngine.Reply, _ creation: CreateProcessAnswer?,
        _ decision: ReplyTable.Decision, delay: Duration
    ) {
        self.delay = delay
        if decision.fails {
            (end, verdict, denies) = (.response(status: 500, type: nil, body: []), "fail", false)
            return
        }
        switch reply {
        case .timeout: (end, verdict, denies) = (.silence, "no answer", false)
        case .disconnect: (end, verdict, denies) = (.disconnect, "disconnect", false)
        case .acknowledge, .mismatch, .empty, .deny:
            let answer = SampleAnswer.creation(event, reply, creation)
            let (body, word) = SampleAnswer.content(event, reply, answer)
            let type = event.isBinary && answer?.isJSONOnly != true ? CloudEvent.binaryMediaType : "application/json"
            (end, verdict) = (.response(status: 200, type: body.isEmpty ? nil : type, body: body), word)
            denies = answer?.accessDenied ?? false
        }
    }

    /// The answer to a batch of messages with these answers, at least one: the first failure, or else the first answer, and the
    /// longest delay.
    init(toBatchOf answers: [SampleAnswer]) {
        let decisive = answers.first { !$0.isSuccess } ?? answers[0]
        (end, verdict, denies) = (decisive.end, decisive.verdict, decisive.denies)
        delay = answers.lazy.map(\.delay).max() ?? .zero
    }

    private var isSuccess: Bool { if case .response(status: 200, _, _) = end { true } else { false } }

    /// The answer to a CreateProcess that the driver can read: `entry`, or one by `reply`. Nil for anything else.
    private static func creation(
        _ event: ReceivedEvent, _ reply: EmbeddedEngine.Reply, _ entry: CreateProcessAnswer?
    ) -> CreateProcessAnswer? {
        guard event.isCreation else { return nil }
        switch reply {
        case .empty, .mismatch: return entry
        default: return entry ?? CreateProcessAnswer(accessDenied: reply == .deny)
        }
    }

    /// The body, in the event's own mode, and the verdict. Empty for async messages and pings, whose answers are ignored.
    private static func content(
        _ event: ReceivedEvent, _ reply: EmbeddedEngine.Reply, _ creation: CreateProcessAnswer?
    ) -> ([UInt8], String) {
        if let creation { return (bytes(of: creation, event), creation.verdict) }
        if event.isCreation {
            return reply == .mismatch ? (mismatch(event), "mismatch") : ([], "allow, empty reply")
        }
        guard event.kind == EngineMessage.Kind.sync.rawValue, let code = event.operationCode else { return ([], "ok") }
        switch reply {
        case .empty: return ([], "empty reply")
        case .mismatch: return (bytes(ofType: code + 1, event), "mismatch")
        default: return (bytes(ofType: code, event), "acknowledge")
        }
    }

    private static func bytes(ofType type: Int64, _ event: ReceivedEvent) -> [UInt8] {
        if event.isBinary { return ReplySyncMessage(operationType: Int32(truncatingIfNeeded: type)).bytes }
        var json = JSONWriter()
        json.object { $0.member("operationType", type) }
        return json.bytes
    }

    private static func bytes(of answer: CreateProcessAnswer, _ event: ReceivedEvent) -> [UInt8] {
        if event.isBinary, !answer.isJSONOnly {
            return CreateProcessReply(
                accessDenied: answer.accessDenied, processFlags: answer.processFlags ?? 0,
                processRules: answer.processRules ?? 0
            ).bytes
        }
        var json = JSONWriter()
        json.object { answer.writeMembers(to: &$0) }
        return json.bytes
    }

    /// A reply to CreateProcess that the driver cannot read.
    private static func mismatch(_ event: ReceivedEvent) -> [UInt8] {
        if event.isBinary { return CreateProcessReply().bytes.dropLast() }
        var json = JSONWriter()
        json.value("mismatch" as StaticString)
        return json.bytes
    }

    /// Gives the answer.
    func send(on responder: Responder) {
        switch end {
        case .response(let status, let type, let body):
            responder.respond(Response(status: status, headers: type.map { [("Content-Type", $0)] } ?? [], body: body))
        case .silence: responder.onDisconnect { _ = responder }
        case .disconnect: responder.cut()
        }
    }
}

extension CreateProcessAnswer {
    /// Whether it sets a word to 0. In the driver's bytes, 0 leaves a word unchanged.
    fileprivate var isJSONOnly: Bool { processFlags == 0 || processRules == 0 }

    /// `allow` or `deny`, and the words that it sets.
    fileprivate var verdict: String {
        var words = [accessDenied ? "deny" : "allow"]
        if let processRules { words.append("rules \(ProcessRules(rawValue: processRules).list)") }
        if let processFlags { words.append("flags \(ProcessFlags(rawValue: processFlags).list)") }
        return words.joined(separator: ", ")
    }
}

extension NamedBits {
    fileprivate var list: String { names.isEmpty ? "none" : names.joined(separator: "+") }
}

/// A message and its answer, for `--print`.
struct AnsweredEvent: Sendable {
    let event: ReceivedEvent
    let image: String?
    let verdict: String
    let duration: Duration

    /// One readable line: kind, operation, pid, image, verdict, time. Another host than `default` is named first. Control
    /// characters are escaped, because any client can send anything.
    var line: String {
        let process = event.subject.map { $0.hasPrefix("process/") ? String($0.dropFirst(8)) : $0 }
        let parts = [event.kind, event.operation, process, image].compactMap(\.self).filter { !$0.isEmpty }
        let host = event.host == "default" ? "" : "\(event.host): "
        let tenths = (duration.nanoseconds + 50_000) / 100_000
        return "\(host)\(parts.joined(separator: " ")) -> \(verdict), \(tenths / 10).\(tenths % 10) ms"
            .escapingInvisible
    }

    /// One JSON object, without a line break.
    var json: String {
        var json = JSONWriter()
        json.object { json in
            json.member("time", event.time)
            json.member("host", event.host)
            json.member("kind", event.kind)
            if !event.isPing { json.member("operation", event.operation) }
            if let sequence = event.sequence { json.member("sequence", sequence) }
            if let process = event.subject?.split(separator: "/").last.flatMap({ UInt32($0) }) {
                json.member("processId", process)
            }
            if let image { json.member("imageFileName", image) }
            json.member("verdict", verdict)
            json.member("durationMicroseconds", duration.nanoseconds / 1000)
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
