import Console
import JSON
import Replay

/// A way to run a replay.
protocol Replaying {
    /// Replays all files.
    func run(_ input: sending RecordingFiles) throws(CommandFailure) -> ReplayResult
}

/// The report of a replay, and its JSON.
struct ReplayResult {
    var report: ReplayReport
    /// Whether this process sent the messages to a webhook.
    let usesWebhook: Bool
    /// The engine, as the subject of a sentence.
    let engineName: String
    /// The patterns of `--policy` that matched no image.
    let unusedPolicies: [String]
    /// What was met in the files and not read.
    let unread: UnreadInput
    /// Why the rest of the files could not be read; nil if they were read to their end.
    let fault: CommandFailure?
    /// The points of a sweep; nil without one.
    private let sweep: SweepResult?
    /// The report of a replay in this process.
    init(
        _ report: ReplayReport, usesWebhook: Bool, engineName: String, unusedPolicies: [String], unread: UnreadInput,
        fault: CommandFailure?, sweep: SweepResult? = nil
    ) {
        self.report = report
        self.usesWebhook = usesWebhook
        self.engineName = engineName
        self.unusedPolicies = unusedPolicies
        self.unread = unread
        self.fault = fault
        self.sweep = sweep
    }

    /// The report from a service.
    init(answer: [UInt8], unread: UnreadInput, fault: CommandFailure?) throws(CommandFailure) {
        do throws(JSONFaults) {
            report = try JSONDocument.read(answer) { ReplayReport($0) }
        } catch {
            throw CommandFailure(status: .failed, message: "cannot read the report of the replay: \(error)")
        }
        usesWebhook = false
        engineName = ReplayAnswer.engineOfService
        unusedPolicies = []
        self.unread = unread
        self.fault = fault
        sweep = nil
    }

    /// The report and a newline, as in the answer to `POST /v1/replays`.
    var json: [UInt8] {
        var json = JSONWriter()
        report.write(to: &json)
        var text = json.bytes
        if !unread.isEmpty || fault != nil {
            text.add { json in
                unread.writeMembers(to: &json)
                if let fault { json.member("fault", fault.message) }
            }
        }
        if let sweep { text.add { sweep.writeMember(to: &$0) } }
        return text.last == UInt8(ascii: "\n") ? text : text + [UInt8(ascii: "\n")]
    }
}

extension [UInt8] {
    /// Adds members to a text that is an object.
    fileprivate mutating func add(_ members: (inout JSONWriter) -> Void) {
        guard let end = lastIndex(of: UInt8(ascii: "}")) else { return }
        var json = JSONWriter()
        members(&json)
        replaceSubrange(end..., with: [UInt8(ascii: ",")] + json.bytes + [UInt8(ascii: "}"), UInt8(ascii: "\n")])
    }
}
