import Testing

@testable import wdfilterd

/// When the log reports that all connections are in use.
@Suite struct FullnessReportTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func `the beginning and the end are reported once each`() {
        var report = FullnessReport()
        let seen = [false, true, true, false, false].enumerated()
            .map { report.update(isFull: $1, at: UInt64($0) * Self.second) }
        #expect(seen == [nil, .full, nil, .free, nil])
    }

    @Test func `a recurring state is reported once a minute`() {
        var report = FullnessReport()
        var events: [FullnessReport.Event] = []
        for second: UInt64 in 0..<180 {
            if let event = report.update(isFull: second % 2 == 0, at: second * Self.second) { events.append(event) }
        }
        #expect(events == [.full, .free, .full, .free, .full, .free])
    }

    @Test func `a state that lasts into the next minute is reported then`() {
        var report = FullnessReport()
        #expect(report.update(isFull: true, at: 0) == .full)
        #expect(report.update(isFull: false, at: 5 * Self.second) == .free)
        #expect(report.update(isFull: true, at: 10 * Self.second) == nil)
        #expect(report.update(isFull: true, at: 60 * Self.second) == .full)
    }
}
