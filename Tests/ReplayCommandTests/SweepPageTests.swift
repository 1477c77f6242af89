import HTMLTesting
import Replay
import Testing

@testable import HTMLReport
@testable import ReplayCommand

/// The result of a sweep as a page.
@Suite struct SweepPageTests {
    private func point(_ values: [Int], lost: Int, isRefined: Bool = false) -> SweepPoint {
        SweepPoint(
            values: values, isRefined: isRefined, messages: 10, lost: lost, longestDelay: lost == 9 ? nil : 1000,
            longestQueue: 4,
            afterExit: 0, afterEnd: 0)
    }

    private func check(_ axes: [SweepAxis], _ points: [SweepPoint]) throws -> HTMLCheck {
        var result = SweepResult(axes)
        result.add(points)
        let report = try ReplaySummaryTests.read()
        let check = HTMLCheck(SweepPage(result, report, ReplayPage.Notes()).html)
        #expect(check.fault == nil)
        return check
    }

    @Test(arguments: [
        (SweepAxis.Parameter.latency, [1000, 84_000, 88_000, 2_000_000], "the edge: 84 ms"),
        (.queue, [4, 8, 16, 1000], "the edge: 1,000"), (.failEvery, [0, 2, 8, 1000], "the edge: none"),
        (.latency, [0, 5, 6, 7], "the edge: 5 us"),
    ])
    func `the drawing has each point, and the edge`(axis: SweepAxis.Parameter, values: [Int], edge: String) throws {
        let losses = axis == .latency ? [0, 0, 3, 9] : axis == .queue ? [9, 3, 3, 0] : [0, 9, 3, 3]
        let check = try check([SweepAxis(axis, values)], zip(values, losses).map { point([$0], lost: $1) })
        #expect(check.text.contains(edge))
        let paths = check.attributes["d"] ?? []
        // Losses as line and dots, delays likewise; one point has no delay.
        #expect(paths.map { path in path.count { $0 == "z" } } == [0, 4, 0, 3])
        for value in values { #expect(check.text.contains(axis.text(value))) }
    }

    @Test func `without an edge none is marked`() throws {
        let check = try check([SweepAxis(.latency, [1000, 2000])], [point([1000], lost: 1), point([2000], lost: 2)])
        #expect(!check.text.contains("the edge"))
        #expect(check.text.contains("Your engine loses messages at every latency"))
    }

    @Test func `two axes are tables`() throws {
        let axes = [SweepAxis(.latency, [1000, 2000]), SweepAxis(.queue, [4, 8])]
        let points = [4, 8].flatMap { queue in [1000, 2000].map { point([$0, queue], lost: queue == 4 ? 7 : 0) } }
        let check = try check(axes, points)
        #expect(check.counts["svg"] == nil)
        #expect(check.text.contains("Lost messages, by latency (columns) and queue (rows)queue1 ms2 ms"))
        #expect(check.text.contains("477"))
    }
}
