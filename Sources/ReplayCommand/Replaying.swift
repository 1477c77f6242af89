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
    let report: ReplayReport
    /// The JSON that a service answered; nil for a replay in this process.
    private let answer: [UInt8]?

    /// The report of a replay in this process.
    init(_ report: ReplayReport) {
        self.report = report
        answer = nil
    }

    /// The report that a service answered.
    init(answer: [UInt8]) throws(CommandFailure) {
        do throws(JSONFaults) {
            report = try JSONDocument.read(answer) { ReplayReport($0) }
        } catch {
            throw CommandFailure(status: .failed, message: "the report of the replay cannot be read: \(error)")
        }
        self.answer = answer
    }

    /// The report as `POST /v1/replays` answers it. A service's answer is unchanged.
    var json: [UInt8] {
        if let answer { return answer }
        var json = JSONWriter()
        report.write(to: &json)
        return json.bytes
    }
}
