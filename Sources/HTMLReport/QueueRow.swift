import Bytes
import HTML
import Replay

/// The row of a timeline that shows a queue: its length as an area, messages of high priority as a line in it, and its limit.
struct QueueRow {
    static let height = 54.0

    private let most: Int
    private let limit: Int?
    /// Whether the limit is near enough to be drawn.
    private var showsLimit: Bool { limit.map { $0 <= most * 4 } ?? false }

    /// A row for queues of at most `most` messages, of which `limit` are allowed.
    init(_ most: Int, limit: Int?) { (self.most, self.limit) = (most, limit) }

    func write(_ lane: Timeline.Lane, at top: Double, to html: inout HTMLWriter, x: (Int) -> Double) {
        let peak = lane.buckets.map(\.depth).max() ?? 0
        html.rowLabel("queue", "at most \(peak.grouped)" + (limit.map { " of \($0.grouped)" } ?? ""), at: top)
        let base = top + Self.height - 3
        let scale = Double(max(1, most, showsLimit ? limit ?? 0 : 0))
        func y(_ count: Int) -> Double { base - Double(count) / scale * (Self.height - 12) }
        let total = outline(lane, x: x, y: y) { ($0.depth, $0.highPriority.last + $0.normal.last) }
        html.shape(
            .path, .class("area"), .fill("#0072b2"), .fillOpacity(0.2), .d(closed(total, at: base)))
        html.shape(
            .path, .class("depth"), .fill("none"), .stroke("#0072b2"), .strokeWidth(1.2), .d(total))
        if lane.buckets.contains(where: { $0.highPriority.most > 0 }) {
            let high = outline(lane, x: x, y: y) { ($0.highPriority.most, $0.highPriority.last) }
            html.shape(
                .path, .class("priority"), .fill("none"), .stroke("#a8487f"), .strokeWidth(1.2), .dashes("1 1"),
                .d(high))
        }
        if let limit, showsLimit {
            html.shape(
                .line, .class("limit"), .stroke("#a33f00"), .dashes("5 3"), .x1(TimelineDrawing.left), .y1(y(limit)),
                .x2(TimelineDrawing.right), .y2(y(limit)))
            html.element(
                .text, .x(TimelineDrawing.left - 4), .y(y(limit) + 4), .anchor("end"), .fontSize(10), .fill("#1a2230"),
                text: "limit")
        }
        html.baseline(at: base)
    }

    /// The steps of a number that stays as it is between two buckets, and has a peak in each.
    private func outline(
        _ lane: Timeline.Lane, x: (Int) -> Double, y: (Int) -> Double,
        _ values: (Timeline.Bucket) -> (most: Int, last: Int)
    ) -> HTMLPath {
        var path = HTMLPath()
        path.move(to: TimelineDrawing.left, y(0))
        var held = 0
        for bucket in lane.buckets {
            let (most, last) = values(bucket)
            if most == held, last == held { continue }
            path.horizontal(to: x(bucket.number))
            if most != held { path.vertical(to: y(most)) }
            path.horizontal(to: x(bucket.number + 1))
            if last != most { path.vertical(to: y(last)) }
            held = last
        }
        path.horizontal(to: TimelineDrawing.right)
        return path
    }

    private func closed(_ outline: HTMLPath, at base: Double) -> HTMLPath {
        var path = outline
        path.vertical(to: base)
        path.horizontal(to: TimelineDrawing.left)
        path.close()
        return path
    }
}

/// The row of a timeline that shows where messages were lost for one reason, by marks of a shape of its own.
struct LossRow {
    static let height = 18.0

    private let reason: String
    private let place: Int

    /// The row of a reason, which is the `place`th of all.
    init(_ reason: String, place: Int) { (self.reason, self.place) = (reason, place) }

    func write(_ lane: Timeline.Lane, at top: Double, to html: inout HTMLWriter, x: (Int) -> Double) {
        let lossy = lane.buckets.filter { $0.losses[reason] != nil }
        let count = lossy.reduce(0) { $0 + ($1.losses[reason] ?? 0) }
        html.element(
            .text, .class("lost"), .x(0), .y(top + 13), .fontSize(11), .fill("#a33f00"),
            text: "\(count.grouped) \(reason.replacing("STATUS_", with: "").cut)")
        var marks = HTMLPath()
        for bucket in lossy { mark(&marks, at: x(bucket.number), top + 9) }
        html.shape(.path, .class("lost"), .fill("#a33f00"), .d(marks))
    }

    private func mark(_ path: inout HTMLPath, at x: Double, _ y: Double) {
        switch place % 3 {
        case 0:  // a triangle that points down
            path.move(to: x - 4, y - 4)
            path.horizontal(to: x + 4)
            path.line(to: x, y + 4)
        case 1:  // a diamond
            path.move(to: x, y - 5)
            path.line(to: x + 4, y)
            path.line(to: x, y + 5)
            path.line(to: x - 4, y)
        default:  // a triangle that points up
            path.move(to: x - 4, y + 4)
            path.horizontal(to: x + 4)
            path.line(to: x, y - 4)
        }
        path.close()
    }
}
