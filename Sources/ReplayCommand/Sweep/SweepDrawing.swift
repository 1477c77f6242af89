import Bytes
import Glibc
import HTML
import Replay

/// The losses and the worst delay of a sweep over its only axis, with the edge marked.
struct SweepDrawing {
    private static let (width, left, right) = (960.0, 130.0, 940.0)
    private static let (panel, gap, top, axis) = (130.0, 22.0, 24.0, 26.0)

    private let parameter: SweepAxis.Parameter
    private let points: [SweepPoint]
    private let knee: SweepKnee
    /// Whether equal distances are equal ratios.
    private let isLogarithmic: Bool
    private let ends: (first: Double, last: Double)

    /// A drawing of `result`, which has one axis and at least one point.
    init(_ result: SweepResult) {
        let parameter = result.axes[0].parameter
        self.parameter = parameter
        points = result.points.sorted { parameter.place(of: $0.values[0]) < parameter.place(of: $1.values[0]) }
        knee = result.knees[0]
        // None at all is beyond every value.
        let places = points.map { parameter.place(of: $0.values[0]) }.filter { $0 <= parameter.range.upperBound }
        let (first, last) = (Double(places.min() ?? 0), Double(places.max() ?? 1))
        isLogarithmic = first > 0 && last / first > 20
        ends = (first, max(last, first + 1))
    }

    func write(to html: inout HTMLWriter) {
        let height = Self.top + 2 * Self.panel + Self.gap + Self.axis
        html.element(
            .svg, .viewBox(Self.width, height), .fullWidth, .role("img"), .label(label),
            .fontFamily("system-ui, sans-serif")
        ) { html in
            writeKnee(to: &html, bottom: height - Self.axis)
            let lost = points.map(\.lost).max() ?? 0
            write("lost messages", "at most \(lost.grouped)", at: Self.top, .lost, to: &html) {
                Double($0.lost) / Double(max(1, lost))
            }
            let delay = points.compactMap(\.longestDelay).max() ?? 0
            write(
                "worst delay", "at most \(DelayText.of(delay))", at: Self.top + Self.panel + Self.gap, .delay, to: &html
            ) { point in point.longestDelay.map { Double($0) / Double(max(1, delay)) } }
            writeLabels(to: &html, at: height - 8)
        }
    }

    private var label: String {
        let edge =
            if knee.beyond == nil {
                "nothing is lost at any value"
            } else {
                knee.value.map { "nothing is lost up to \(parameter.text($0))" } ?? "messages are lost at every value"
            }
        return "Lost messages and worst delay by \(parameter.rawValue): \(edge). The table below has the numbers."
    }

    private func x(_ value: Int) -> Double {
        let place = parameter.place(of: value)
        if place > parameter.range.upperBound { return Self.right }
        let room =
            Self.right - Self.left
            - (points.contains { parameter.place(of: $0.values[0]) > parameter.range.upperBound } ? 60 : 0)
        let share =
            isLogarithmic
            ? log(Double(place) / ends.first) / log(ends.last / ends.first)
            : (Double(place) - ends.first) / (ends.last - ends.first)
        return Self.left + share * room
    }

    /// What a panel shows.
    private enum Figure {
        case lost, delay
    }

    private func write(
        _ name: String, _ scale: String, at top: Double, _ figure: Figure, to html: inout HTMLWriter,
        _ share: (SweepPoint) -> Double?
    ) {
        html.element(.text, .x(0), .y(top + 14), .fontSize(13), .fill("#1a2230"), text: name)
        html.element(.text, .class("faint"), .x(0), .y(top + 30), .fontSize(11), .fill("#52606f"), text: scale)
        let base = top + Self.panel
        var line = HTMLPath()
        var dots = HTMLPath()
        for point in points {
            guard let share = share(point) else { continue }
            let (x, y) = (x(point.values[0]), base - share * (Self.panel - 8))
            if line.isEmpty { line.move(to: x, y) } else { line.line(to: x, y) }
            dots.rectangle(x - 2.5, y - 2.5, 5, 5)
        }
        switch figure {
        case .lost:
            html.shape(.path, .class("limit"), .fill("none"), .stroke("#a33f00"), .strokeWidth(1.5), .d(line))
            html.shape(.path, .class("lost"), .fill("#a33f00"), .d(dots))
        case .delay:
            html.shape(.path, .class("worst"), .fill("none"), .stroke("#a8487f"), .strokeWidth(1.5), .d(line))
            html.shape(.path, .class("dot"), .fill("#fff"), .stroke("#a8487f"), .d(dots))
        }
        html.shape(
            .line, .class("rule"), .stroke("#7d8a9b"), .strokeWidth(0.8), .x1(Self.left - 6), .y1(base),
            .x2(Self.right),
            .y2(base))
    }

    private func writeKnee(to html: inout HTMLWriter, bottom: Double) {
        guard let value = knee.edge else { return }
        let x = x(value)
        html.shape(
            .line, .class("knee"), .stroke("#00694d"), .strokeWidth(1.5), .dashes("6 3"), .x1(x), .y1(6), .x2(x),
            .y2(bottom))
        let isLate = x > Self.width / 2
        html.element(
            .text, .x(isLate ? x - 6 : x + 6), .y(15), .anchor(isLate ? "end" : "start"), .fontSize(13),
            .fill("#1a2230"), text: "the edge: \(parameter.text(value))")
    }

    private func writeLabels(to html: inout HTMLWriter, at y: Double) {
        var last = -1000.0
        for point in points {
            let x = x(point.values[0])
            // Labels must not touch each other.
            guard x - last >= 64, !point.isRefined else { continue }
            last = x
            html.element(
                .text, .x(x), .y(y), .anchor("middle"), .fontSize(12), .fill("#1a2230"),
                text: parameter.text(point.values[0]))
        }
    }
}
