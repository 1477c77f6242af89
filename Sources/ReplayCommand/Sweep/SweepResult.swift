import Replay

/// What became of the messages with one value of each parameter.
struct SweepPoint: Hashable, Sendable {
    /// One for each axis.
    let values: [Int]
    /// Whether it was added to find the edge.
    let isRefined: Bool
    let messages: Int
    let lost: Int
    /// In microseconds; nil if no message was handed over.
    let longestDelay: UInt64?
    let longestQueue: Int
    let afterExit: Int
    let afterEnd: Int
}

extension SweepPoint {
    init(_ values: [Int], _ report: ReplayReport, isRefined: Bool) {
        self.init(
            values: values, isRefined: isRefined,
            messages: report.deliveries.reduce(0) { $0 + $1.ends.sent + $1.ends.lost }, lost: report.lost,
            longestDelay: report.longestDelay, longestQueue: report.queue.peak, afterExit: report.late.afterExit,
            afterEnd: report.late.afterEnd)
    }
}

/// The edge of an engine along the first axis: the hardest value at which it loses nothing, as at every easier one.
struct SweepKnee: Equatable, Sendable {
    /// The value of the second axis, if there is one.
    let row: Int?
    /// Nil if it loses messages even at the easiest value.
    let value: Int?
    /// The easiest value at which it loses messages; nil if it loses none at all.
    let beyond: SweepPoint?
    /// The easiest value behind that at which it loses none again; nil if there is none.
    let again: Int?
    private let axis: SweepAxis.Parameter

    /// The value, if there are losses beyond it.
    var edge: Int? { beyond == nil ? nil : value }

    /// The edge among `points`, which have the same value of the second axis.
    init(_ points: [SweepPoint], along axis: SweepAxis.Parameter, row: Int?) {
        let byValue = Dictionary(points.map { ($0.values[0], $0) }) { first, _ in first }
        let ordered = axis.fromEasiest(Array(byValue.keys)).compactMap { byValue[$0] }
        let end = ordered.firstIndex { $0.lost > 0 }
        (self.row, self.axis) = (row, axis)
        value = (end.map { ordered[..<$0] } ?? ordered[...]).last?.values[0]
        beyond = end.map { ordered[$0] }
        again = end.flatMap { ordered[$0...].first { $0.lost == 0 }?.values[0] }
    }

    /// The values between which the edge lies, if they are more than 5 % and more than one unit apart.
    var gap: (Int, Int)? {
        guard let value = value.map(axis.place), let other = (beyond?.values[0]).map(axis.place) else { return nil }
        let (low, high) = (min(value, other), max(value, other))
        return high - low > 1 && Double(high) > Double(low) * 1.05 ? (low, high) : nil
    }
}

/// The points of a sweep and the edges that they show.
struct SweepResult: Sendable {
    let axes: [SweepAxis]
    private(set) var points: [SweepPoint] = []
    /// Why the edge was not looked for between the points; nil if it was, or need not be.
    var whyNotRefined: String?

    init(_ axes: [SweepAxis]) { self.axes = axes }

    mutating func add(_ more: [SweepPoint]) {
        points = (points + more).sorted { ($0.values.last ?? 0, $0.values[0]) < ($1.values.last ?? 0, $1.values[0]) }
    }

    /// An edge for each value of the second axis.
    var knees: [SweepKnee] {
        guard axes.count == 2 else { return [SweepKnee(points, along: axes[0].parameter, row: nil)] }
        return axes[1].values.map { row in
            SweepKnee(points.filter { $0.values[1] == row }, along: axes[0].parameter, row: row)
        }
    }

    /// The number of points that one more pass over the input adds.
    private static let pointsOfPass = 8

    /// Further values of the only axis between those around the edge; nil if they are at most 5 % apart.
    var valuesToRefine: [Int]? {
        guard axes.count == 1, let (low, high) = knees[0].gap else { return nil }
        // Those and both ends.
        let values = axes[0].parameter.spread(from: max(low, 1), to: high, Self.pointsOfPass + 2)
        let between = values.subtracting([low, high])
        return between.isEmpty ? nil : between.sorted()
    }

    /// The combinations of values.
    var combinations: [[Int]] {
        axes.count == 1
            ? axes[0].values.map { [$0] } : axes[1].values.flatMap { row in axes[0].values.map { [$0, row] } }
    }
}
