import Bytes
import HTML
import Replay

extension ReplayPage {
    /// What became of the messages of each type, and how late they came.
    func writeDeliveries(to html: inout HTMLWriter) {
        html.heading("deliveries", "Messages by outcome")
        if report.deliveries.isEmpty { return html.element(.p, text: "No message was made.") }
        let hasDelays = !report.delays.isEmpty
        let columns: [ReportTable.Column] = [
            .text("message"), .number("created"), .number("sent"), .number("failed"), .number("not sent"),
            .number("dropped"),
        ]
        let delays: [ReportTable.Column] = [
            .number("delay p50"), .number("delay p99"), .number("longest delay"),
        ]
        ReportTable("Messages by type and outcome", columns + (hasDelays ? delays : []))
            .write(report.deliveries, to: &html, whereToFind: notes.whereToFind) { delivery in
                let delay = report.delays.first { $0.type == delivery.type }
                let ends = delivery.ends
                let cells: [ReportCell] = [
                    .text("\(delivery.type)"), .number(ends.all), .number(ends.sent), .losses(ends.failed),
                    .losses(ends.notSent), .losses(ends.dropped),
                ]
                return cells
                    + (hasDelays ? [.delay(delay?.p50), .delay(delay?.p99), .delay(delay?.longest)] : [])
            }
        html.element(.ul) { html in
            for line in measures { html.element(.li, text: line) }
        }
    }

    private var measures: [String] {
        var lines: [String] = []
        if let time = report.queue.peakAt {
            lines.append("Longest queue: \(report.queue.peak.grouped), at \(clock(time)).")
        }
        if report.delays.isEmpty {
            lines.append("No delays were measured: \(notes.whyNoDelays).")
        } else {
            lines.append(
                "A delay is the time from an event until the engine was handed its message; half of the messages are within p50, "
                    + "99 % within p99.")
            lines.append(
                "\(report.late.afterExit.counted("message")) came after the exit of their process, and "
                    + "\(report.late.afterEnd.grouped) after the end of the recording.")
        }
        return lines
    }
}
