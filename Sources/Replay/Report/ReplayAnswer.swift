import Bytes
import Messages

/// The answer of a replay in three sentences: the messages that the driver would have sent, those that the engine missed, and the
/// worst delay.
public struct ReplayAnswer {
    /// The engines of a service, which may differ, as the subject of a sentence.
    public static let engineOfService = "The engine of the hosts"

    private let report: ReplayReport
    private let engineName: String
    private let whyNoDelays: String

    /// The answer of `report`, with the engine as the subject of a sentence, and why no delays were measured.
    public init(_ report: ReplayReport, engineName: String, whyNoDelays: String) {
        (self.report, self.engineName, self.whyNoDelays) = (report, engineName, whyNoDelays)
    }

    /// The sentences. They quote the recording: control characters are not escaped.
    public var sentences: [String] { [sent, lost, late] }

    private var sent: String {
        let count = report.deliveries.reduce(0) { $0 + $1.ends.all }
        if count == 0 { return "WdFilter would have sent no messages." }
        let kinds = report.deliveries.count
        return "WdFilter would have sent \(messages(count)) of \(kinds) \(kinds == 1 ? "kind" : "kinds")."
    }

    private var lost: String {
        guard report.lost > 0 else { return "\(engineName): none lost." }
        guard let first = report.losses.first else { return "\(engineName): \(report.lost.grouped) lost." }
        let image = first.imageFileName.map { " of \($0.lastPathPart.shortened(to: 64))" } ?? ""
        let more = report.losses.count > 1 ? "; \((report.losses.count - 1).counted("more kind")) below" : ""
        let time = first.first.clock.prefix(8)
        return "\(engineName): \(report.lost.grouped) lost (\(first.type.operation)\(image), first \(time)\(more))."
    }

    private var late: String {
        guard let longest = report.longestDelay else { return "Worst delay unknown: \(whyNoDelays)." }
        let exits =
            switch report.late.afterExit {
            case 0: "none came after its process had exited"
            case 1: "1 came after its process had exited"
            default: "\(report.late.afterExit.grouped) came after their process had exited"
            }
        let end = report.late.afterEnd > 0 ? ", \(report.late.afterEnd.grouped) after the recording had ended" : ""
        return "Worst delay \(DelayText.of(longest)); \(exits)\(end)."
    }

    private func messages(_ count: Int) -> String { "\(count.grouped) \(count == 1 ? "message" : "messages")" }
}

extension ReplayReport.Loss.Message {
    /// When the event of the message was recorded, without the date: 10:15:30.123 of 2020-02-21T10:15:30.1234567Z.
    public var clock: String { String((eventTime ?? time).dropFirst(11).prefix(12)) }
}
