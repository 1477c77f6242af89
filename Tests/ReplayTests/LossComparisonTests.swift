import Testing

@testable import Replay

/// The differences between the losses of two replays.
@Suite struct LossComparisonTests {
    private func loss(
        _ operation: String, _ processId: UInt32?, _ count: Int, reason: String = "overflow", machine: String? = "a"
    ) -> ReplayReport.Loss {
        let message = ReplayReport.Loss.Message(sequence: 1, time: "2020-02-21T10:15:30Z", eventTime: nil, subject: nil)
        return ReplayReport.Loss(
            machine: machine, type: MessageTypeName(kind: "async", operation: operation), reason: reason,
            processId: processId, imageFileName: nil, count: count, first: message, last: message)
    }

    private func report(_ losses: [ReplayReport.Loss], unlisted: Int = 0) -> ReplayReport {
        ReplayReport(
            total: EventsReport(), machines: [], machinesUnlisted: 0, deliveries: [], losses: losses,
            lossesUnlisted: unlisted, delays: [], queue: .init(nil), late: .init(nil), processes: [],
            processesUnlisted: 0, coverage: CoverageReport(Coverage(), of: MessageCounts()), durationMilliseconds: 0)
    }

    private func texts(_ differences: [LossComparison.Difference]) -> [String] {
        differences.map {
            "\($0.loss.machine ?? "-") \($0.loss.type.operation) \($0.loss.processId.map(String.init) ?? "-") \($0.count)"
        }
    }

    @Test func `differences are by machine, type and process, largest first`() {
        let now = report([
            loss("LoadImage", 8, 5), loss("LoadImage", 12, 9), loss("CreateThread", 8, 1),
            loss("LoadImage", 8, 2, machine: "b"),
            loss("LoadImage", nil, 1, machine: nil),
        ])
        let earlier = report([loss("LoadImage", 8, 7), loss("LoadImage", 12, 2), loss("CreateThread", 12, 4)])
        let comparison = LossComparison(now, with: earlier)
        #expect(
            texts(comparison.new) == ["a LoadImage 12 7", "b LoadImage 8 2", "a CreateThread 8 1", "- LoadImage - 1"])
        #expect(texts(comparison.recovered) == ["a CreateThread 12 4", "a LoadImage 8 2"])
        #expect((comparison.newCount, comparison.recoveredCount) == (11, 6))
        #expect(!comparison.isIncomplete)
    }

    @Test func `a message that is lost for another reason is no difference`() {
        let now = report([loss("LoadImage", 8, 2, reason: "STATUS_TIMEOUT"), loss("LoadImage", 8, 3)])
        let comparison = LossComparison(now, with: report([loss("LoadImage", 8, 5)]))
        #expect(comparison.new.isEmpty && comparison.recovered.isEmpty)
    }

    @Test(arguments: [(1, 0), (0, 1)])
    func `a comparison is incomplete if a report does not list all losses`(now: Int, earlier: Int) {
        #expect(LossComparison(report([], unlisted: now), with: report([], unlisted: earlier)).isIncomplete)
    }
}
