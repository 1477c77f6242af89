import HTML
import HTMLTesting
import Messages
import Replay
import Testing

@testable import HTMLReport

/// The timeline of a report as a drawing.
@Suite struct TimelineDrawingTests {
    @Test func `a column for each bucket with events, a mark for each with losses, and the queue with its limit`()
        throws
    {
        let timeline = try #require(try Sample.report(name: "pc1", buckets: 40).timeline)
        let check = drawing(timeline, limit: 24)
        let paths = check.attributes["d"] ?? []
        // Events, direct, sync and async messages, queue as area and line, high priority, two reasons: for two machines.
        #expect(paths.count == 2 * 9)
        #expect(paths.filter { $0.count(where: { $0 == "z" }) == 40 }.count == 2 * 6)
        #expect(check.text.contains("limit"))
        #expect(check.text.contains("40 overflow"))
        #expect(check.text.contains("80 pc1"))
        #expect(check.text.contains("at most 24 of 24"))
        #expect(check.attributes["data-buckets"] == ["40 150 950"])
    }

    @Test func `a limit that is far away is only named`() throws {
        let check = drawing(try #require(try Sample.report().timeline), limit: 4096)
        #expect(!check.text.contains("limit"))
        #expect(check.text.contains("at most 24 of 4,096"))
    }

    private func drawing(_ timeline: Timeline, limit: Int?) -> HTMLCheck {
        var html = HTMLWriter()
        TimelineDrawing(timeline, limit: limit).write(to: &html)
        let page =
            "<!DOCTYPE html>\n<html><body><main>" + String(decoding: html.bytes, as: UTF8.self)
            + "</main></body></html>"
        let check = HTMLCheck(Array(page.utf8))
        #expect(check.fault == nil)
        return check
    }
}

/// The axis of time.
@Suite struct TimeAxisTests {
    private let start = FileTime(unixSecond: 1_582_280_130)

    @Test(arguments: [
        (3, ["10:15:30.000", "10:15:30.001", "10:15:30.002", "10:15:30.003"]),
        (
            70,
            [
                "10:15:30.00", "10:15:30.01", "10:15:30.02", "10:15:30.03", "10:15:30.04", "10:15:30.05", "10:15:30.06",
                "10:15:30.07",
            ]
        ),
        (2000, ["10:15:30.0", "10:15:30.5", "10:15:31.0", "10:15:31.5", "10:15:32.0"]),
        (60_000, ["10:15:30", "10:15:40", "10:15:50", "10:16:00", "10:16:10", "10:16:20", "10:16:30"]),
        (3_600_000, ["10:20", "10:30", "10:40", "10:50", "11:00", "11:10"]),
        (86_400_000 * 3, ["02-21 12:00", "02-22 00:00", "02-22 12:00", "02-23 00:00", "02-23 12:00", "02-24 00:00"]),
        (86_400_000 * 6, ["2020-02-22", "2020-02-23", "2020-02-24", "2020-02-25", "2020-02-26", "2020-02-27"]),
    ])
    func `marks are at round times, with as many digits as tell neighbors apart`(milliseconds: Int, labels: [String]) {
        let axis = TimeAxis(from: start, to: start.later(by: UInt64(milliseconds) * 10_000))
        #expect(axis.marks.map(\.label) == labels)
    }

    @Test func `neighbors have different labels over any span, and there are few`() {
        for exponent in 0..<47 {
            for factor in [UInt64(1), 3] {
                let end = start.later(by: factor << UInt64(exponent) * 1000)
                let marks = TimeAxis(from: start, to: end).marks
                #expect(marks.count <= 9)
                #expect(zip(marks, marks.dropFirst()).allSatisfy { $0.label != $1.label && $0.time < $1.time })
                #expect(marks.allSatisfy { $0.time >= start && $0.time <= end })
            }
        }
    }

    @Test func `all of time has an axis`() {
        #expect(TimeAxis(from: .none, to: FileTime(ticks: .max)).marks.count <= 9)
        #expect(TimeAxis(from: start, to: start).marks.count == 1)
    }
}
