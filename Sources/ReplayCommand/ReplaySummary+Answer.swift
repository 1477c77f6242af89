import Bytes
import Replay

extension ReplaySummary {
    /// The answer in three lines: the messages that the driver would have sent, those that the engine missed, and the worst delay.
    var answer: [String] { [sent, lost, late] }

    private var sent: String {
        let count = report.deliveries.reduce(0) { $0 + $1.ends.sent + $1.ends.lost }
        if count == 0 { return "WdFilter would have sent no messages." }
        let kinds = report.deliveries.count
        return "WdFilter would have sent \(messages(count)) of \(kinds) \(kinds == 1 ? "kind" : "kinds")."
    }

    private var lost: String {
        let name = escaped(notes.engineName)
        guard report.lost > 0 else { return "\(name): none lost." }
        guard let first = report.losses.first else { return "\(name): \(grouped(report.lost)) lost." }
        let image = first.imageFileName.map { " of \(fileName($0))" } ?? ""
        let more = report.losses.count > 1 ? "; \((report.losses.count - 1).counted("more kind")) below" : ""
        let time = clock(first.first).prefix(8)
        return "\(name): \(grouped(report.lost)) lost (\(escaped(first.type.operation))\(image), first \(time)\(more))."
    }

    private var late: String {
        guard let longest = report.longestDelay else { return "Worst delay unknown: \(notes.whyNoDelays)." }
        let exits =
            switch report.late.afterExit {
            case 0: "none came after its process had exited"
            case 1: "1 came after its process had exited"
            default: "\(grouped(report.late.afterExit)) came after their process had exited"
            }
        let end = report.late.afterEnd > 0 ? ", \(grouped(report.late.afterEnd)) after the recording had ended" : ""
        return "Worst delay \(DelayText.of(longest)); \(exits)\(end)."
    }

    private func messages(_ count: Int) -> String { "\(grouped(count)) \(count == 1 ? "message" : "messages")" }
}
