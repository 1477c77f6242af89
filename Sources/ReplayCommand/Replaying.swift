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
    /// The JSON from a service; nil for a replay in this process.
    private let answer: [UInt8]?

    /// The report of a replay in this process.
    init(_ report: ReplayReport, usesWebhook: Bool, engineName: String, unusedPolicies: [String]) {
        self.report = report
        self.usesWebhook = usesWebhook
        self.engineName = engineName
        self.unusedPolicies = unusedPolicies
        answer = nil
    }

    /// The report from a service.
    init(answer: [UInt8]) throws(CommandFailure) {
        do throws(JSONFaults) {
            report = try JSONDocument.read(answer) { ReplayReport($0) }
        } catch {
            throw CommandFailure(status: .failed, message: "cannot read the report of the replay: \(error)")
        }
        usesWebhook = false
        engineName = EngineName.ofService
        unusedPolicies = []
        self.answer = answer
    }

    /// The report and a newline, as in the answer to `POST /v1/replays`. A service's answer is unchanged, unless gates or a
    /// comparison were added.
    var json: [UInt8] {
        if let answer, report.gates.isEmpty, report.comparison == nil { return answer }
        var json = JSONWriter()
        report.write(to: &json)
        json.newline()
        return json.bytes
    }
}
