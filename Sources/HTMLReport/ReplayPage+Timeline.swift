import Bytes
import HTML
import JSON
import Messages
import Replay

extension ReplayPage {
    /// When everything happened, as a drawing and as a table.
    func write(_ timeline: Timeline, to html: inout HTMLWriter) {
        html.heading("timeline", "Timeline")
        let drawing = TimelineDrawing(timeline, limit: queueLimit)
        html.element(.div, .class("wide"), .focusable, .role("group"), .label("Timeline")) { drawing.write(to: &$0) }
        html.element(.p, .class("dim"), text: caption(of: timeline))
        html.element(.details) { html in
            html.element(.summary, text: "The same as a table")
            writeTable(timeline, to: &html)
        }
    }

    private var queueLimit: Int? {
        guard case .number(let digits)? = report.settings?.driver["maxAsyncNotificationCount"] else { return nil }
        return Int(digits)
    }

    private func caption(of timeline: Timeline) -> String {
        let milliseconds = timeline.bucketMilliseconds
        let length =
            milliseconds < 10_000 ? "\(milliseconds.grouped) ms" : DelayText.of(UInt64(milliseconds) * 1000)
        return
            "Times are UTC, from \(timeline.start.rfc3339.prefix(10)). A column is \(length) wide. A message is shown at the time "
            + "of its event, and the queue as it was then. Losses are named at the left, with their number."
    }

    private func writeTable(_ timeline: Timeline, to html: inout HTMLWriter) {
        let hasLanes = timeline.lanes.count > 1
        let rows = timeline.lanes.flatMap { lane in lane.buckets.map { (name: lane.name, bucket: $0) } }
            .sorted { $0.bucket.number < $1.bucket.number }
        ReportTable(
            "What happened in each column",
            [.text("time")] + (hasLanes ? [.text("machine")] : []) + [
                .number("events"), .number("direct"), .number("sync"), .number("async"), .number("queue"),
                .text("lost"),
            ], mostRows: 600, mostBytes: 384 << 10
        ).write(rows, to: &html, id: "buckets", whereToFind: notes.whereToFind, bucket: \.bucket.number) { row in
            let bucket = row.bucket
            let losses = bucket.losses.sorted { $0.key < $1.key }.map { "\($0.value.grouped) \($0.key)" }
            return [.moment(clock(timeline.beginning(of: bucket.number).rfc3339), nil)]
                + (hasLanes ? [.text(row.name)] : []) + [
                    .number(bucket.events), .number(bucket.direct.all), .number(bucket.sync.all),
                    .number(bucket.async.all), .number(bucket.depth), .text(losses.joined(separator: ", ")),
                ]
        }
    }
}
