import Bytes
import HTML
import Messages
import Replay

/// A timeline as a drawing: a lane for each machine, in it a row for events, for messages of each kind, for the queue, and for the
/// losses of each reason. The rows of all lanes have one scale.
struct TimelineDrawing {
    /// The drawing's width, and where its time begins and ends.
    static let (width, left, right) = (960.0, 150.0, 950.0)
    private static let axisHeight = 22.0
    private static let titleHeight = 20.0

    let timeline: Timeline
    /// The number of buckets.
    let count: Int
    private let rows: [TimelineRow]
    private let queue: QueueRow
    private let reasons: [String]

    /// A drawing of `timeline`, in which a queue holds at most `limit` messages; nil if that is unknown.
    init(_ timeline: Timeline, limit: Int?) {
        self.timeline = timeline
        count = max(1, timeline.lanes.compactMap(\.buckets.last?.number).max() ?? 1)
        let buckets = timeline.lanes.flatMap(\.buckets)
        rows = TimelineRow.all.filter { row in buckets.contains { row.count($0) > 0 } }
        queue = QueueRow(buckets.map(\.depth).max() ?? 0, limit: limit)
        reasons = Set(buckets.flatMap(\.losses.keys)).sorted()
    }

    /// The part of the width that a bucket takes.
    private var bucketWidth: Double { (Self.right - Self.left) / Double(count) }

    /// Where a bucket begins.
    private func x(_ number: Int) -> Double { Self.left + Double(number - 1) * bucketWidth }

    func write(to html: inout HTMLWriter) {
        let laneHeights = timeline.lanes.map(height)
        let height = laneHeights.reduce(0, +) + Self.axisHeight
        html.element(
            .svg, .viewBox(Self.width, height), .fullWidth, .role("img"), .label(label),
            .buckets(count, from: Self.left, to: Self.right), .fontFamily("system-ui, sans-serif")
        ) { html in
            writeAxis(to: &html, height)
            var top = 0.0
            for (lane, height) in zip(timeline.lanes, laneHeights) {
                html.newline()
                write(lane, at: top, to: &html)
                top += height
            }
        }
    }

    private var label: String {
        let lost = timeline.lanes.flatMap(\.buckets).reduce(0) { $0 + $1.losses.values.reduce(0, +) }
        return "Events, messages and the queue over time; \(lost.grouped) lost. The table below has the numbers."
    }

    private func rows(of lane: Timeline.Lane) -> [TimelineRow] {
        rows.filter { row in lane.buckets.contains { row.count($0) > 0 } }
    }

    private func hasQueue(_ lane: Timeline.Lane) -> Bool { lane.buckets.contains { $0.depth > 0 } }

    private func reasons(of lane: Timeline.Lane) -> [String] {
        reasons.filter { reason in lane.buckets.contains { $0.losses[reason] != nil } }
    }

    private func height(of lane: Timeline.Lane) -> Double {
        Self.titleHeight + Double(rows(of: lane).count) * TimelineRow.height
            + (hasQueue(lane) ? QueueRow.height : 0) + Double(reasons(of: lane).count) * LossRow.height
    }

    // MARK: Axis

    private func writeAxis(to html: inout HTMLWriter, _ height: Double) {
        let end = timeline.beginning(of: count + 1)
        let span = Double(end.ticks - timeline.start.ticks)
        for mark in TimeAxis(from: timeline.start, to: end).marks {
            let share = Double(mark.time.ticks - timeline.start.ticks) / span
            let x = Self.left + share * (Self.right - Self.left)
            html.shape(
                .line, .class("grid"), .stroke("#dde3ea"), .x1(x), .y1(0), .x2(x), .y2(height - Self.axisHeight + 4))
            // The last label must not be cut off.
            let isLast = x > Self.right - 40
            html.element(
                .text, .x(isLast ? Self.right : x), .y(height - 6), .anchor(isLast ? "end" : "middle"), .fontSize(12),
                .fill("#1a2230"), text: mark.label)
        }
    }

    // MARK: Lanes

    private func write(_ lane: Timeline.Lane, at top: Double, to html: inout HTMLWriter) {
        html.element(.text, .x(0), .y(top + 14), .fontSize(13), .fill("#1a2230"), text: lane.name.cut)
        var top = top + Self.titleHeight
        for row in rows(of: lane) {
            write(row, of: lane, at: top, to: &html)
            top += TimelineRow.height
        }
        if hasQueue(lane) {
            queue.write(lane, at: top, to: &html, x: x)
            top += QueueRow.height
        }
        for reason in reasons(of: lane) {
            LossRow(reason, place: reasons.firstIndex(of: reason) ?? 0)
                .write(lane, at: top, to: &html) { x($0) + bucketWidth / 2 }
            top += LossRow.height
        }
    }

    private func write(_ row: TimelineRow, of lane: Timeline.Lane, at top: Double, to html: inout HTMLWriter) {
        let scale = timeline.lanes.flatMap(\.buckets).map(row.count).max() ?? 1
        let most = lane.buckets.map(row.count).max() ?? 0
        html.rowLabel(row.name, "at most \(most.grouped) a column", at: top)
        let base = top + TimelineRow.height - 3
        var columns = HTMLPath()
        for bucket in lane.buckets where row.count(bucket) > 0 {
            let height = max(1.5, Double(row.count(bucket)) / Double(max(1, scale)) * (TimelineRow.height - 7))
            columns.rectangle(x(bucket.number), base - height, min(24, max(1.2, bucketWidth * 0.86)), height)
        }
        html.shape(.path, .class(row.style), .fill(row.color), .d(columns))
        html.baseline(at: base)
    }
}

/// A row of columns.
struct TimelineRow: Sendable {
    static let height = 32.0

    let name: String
    let style: StaticString
    let color: StaticString
    let count: @Sendable (Timeline.Bucket) -> Int

    /// All rows, from top to bottom.
    static let all = [
        TimelineRow(name: "events", style: "events", color: "#52606f") { $0.events },
        TimelineRow(name: "direct messages", style: "direct", color: "#00694d") { $0.direct.all },
        TimelineRow(name: "sync messages", style: "sync", color: "#a8487f") { $0.sync.all },
        TimelineRow(name: "async messages", style: "async", color: "#0072b2") { $0.async.all },
    ]
}

extension Timeline.Lane {
    /// Who the lane is for.
    var name: String {
        if let machine { return machine }
        return machineCount > 1 ? "\(machineCount.grouped) more machines" : "native events"
    }
}

extension HTMLWriter {
    /// Writes the name of a row, and its scale below.
    mutating func rowLabel(_ name: String, _ scale: String, at top: Double) {
        element(.text, .x(0), .y(top + 15), .fontSize(12), .fill("#1a2230"), text: name.cut)
        element(.text, .class("faint"), .x(0), .y(top + 27), .fontSize(10), .fill("#52606f"), text: scale)
    }

    /// Writes the line below a row.
    mutating func baseline(at y: Double) {
        shape(
            .line, .class("rule"), .stroke("#7d8a9b"), .strokeWidth(0.6), .x1(TimelineDrawing.left), .y1(y),
            .x2(TimelineDrawing.right), .y2(y))
    }
}
