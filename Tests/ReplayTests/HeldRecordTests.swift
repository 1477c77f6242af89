import Driver
import Messages
import Replay
import TestSupport
import Testing

/// Records whose pid is only in another record.
@Suite(.timeLimit(.minutes(5)))
struct HeldRecordTests {
    private let process = RecordedProcess(processId: 1000, second: 1_582_280_130)
    private let other = RecordedProcess(processId: 1004, second: 1_582_280_131)
    private let engine = ScriptedEngine()

    /// The loaded images, in order.
    private var loads: [String] {
        engine.messages.compactMap { message in
            guard case .async(let async) = message.content, async.operation == .loadImage,
                case .imageLoadAndProcess(let notify) = async.body
            else { return nil }
            return notify.imageFileName.text
        }
    }

    private func apply(
        _ lines: [String], _ change: (inout EventFeed.Options) -> Void = { _ in }
    ) async -> EventsReport {
        await Driver.make(engine: engine).apply(lines, .sysmon(change))
    }

    @Test func `a pid in the message text is used if the record has none`() async {
        let report = await apply([
            SysmonLine.record(
                7,
                [
                    "ProcessGuid": process.guid, "ImageLoaded": "x", "ProcessID": "77", "ExecutionProcessID": "78",
                    "Message": #"Image loaded:\r\nSourceProcessId: 5\r\nProcessId: 1000\r\nImage: y"#,
                ]),
            SysmonLine.load(process),
        ])
        #expect(report.applied == 2)
        #expect(report.processesSynthesised == 1)
    }

    @Test func `a held record is applied just before the first record that contains its pid`() async {
        let report = await apply([
            SysmonLine.loadWithoutPid(process, "first"), SysmonLine.load(other, "meanwhile"),
            SysmonLine.loadWithoutPid(process, "second"), SysmonLine.load(process, "teller"),
            SysmonLine.loadWithoutPid(process, "known now"),
        ])
        #expect(report.applied == 5)
        #expect(report.isComplete)
        #expect(loads == ["meanwhile", "first", "second", "teller", "known now"])
    }

    @Test func `a skipped record gives a pid too, and synthesizes nothing`() async {
        let report = await apply([
            SysmonLine.loadWithoutPid(process, "held"), SysmonLine.open(from: other, to: process),
        ])
        #expect(report.appliedByType == ["imageLoad": 1])
        #expect(report.skipped == ["process-open": 1])
        #expect(report.processesSynthesised == 1)
    }

    @Test func `a child's creation gives the pid of the parent`() async {
        let report = await apply([
            SysmonLine.loadWithoutPid(process, "held"), SysmonLine.create(other, by: process),
        ])
        #expect(report.appliedByType == ["imageLoad": 1, "processCreate": 1])
        #expect(engine.messages.map(\.operationName) == ["LoadImage", "CreateProcess"])
    }

    @Test func `a thread event waits for the pids of both processes`() async {
        let line = SysmonLine.thread(from: process, in: other)
            .replacing("SourceProcessId", with: "S").replacing("TargetProcessId", with: "T")
        let report = await apply([
            line, SysmonLine.load(other, "one is not enough"), SysmonLine.loadWithoutPid(process, "after it"),
            SysmonLine.load(process, "teller"),
        ])
        #expect(report.appliedByType == ["imageLoad": 3, "threadCreate": 1])
        #expect(loads == ["one is not enough", "after it", "teller"])
    }

    @Test func `records that stay unresolved are skipped at the end, registry records too`() async {
        let report = await apply([
            SysmonLine.loadWithoutPid(process), SysmonLine.record(13, ["ProcessGuid": other.guid]),
            SysmonLine.record(12, [:]),
        ])
        #expect(report.skipped == ["pid-unresolved": 2, "registry": 1])
        #expect(report.skippedByType == ["imageLoad": ["pid-unresolved": 1]])
        #expect(report.isComplete)
    }

    @Test func `pid 0 is not used for any GUID`() async {
        let idle = SysmonLine.open(from: other, to: process).replacing(#""1000""#, with: #""0""#)
        let report = await apply([SysmonLine.loadWithoutPid(process), idle])
        #expect(report.skipped == ["pid-unresolved": 1, "process-open": 1])
    }

    @Test func `above the limit, the oldest record is skipped`() async {
        let report = await apply(
            (0..<5).map { SysmonLine.loadWithoutPid(process, "\($0)") } + [SysmonLine.load(process, "teller")]
        ) { $0.maxHeldRecords = 3 }
        #expect(report.skipped == ["pid-unresolved": 2])
        #expect(loads == ["2", "3", "4", "teller"])
        #expect(report.isComplete)
    }

    @Test func `the text of held records is limited, as is their number`() async {
        let long = String(repeating: "x", count: 32_000)
        let report = await apply(
            (0..<600).map { _ in SysmonLine.loadWithoutPid(process, long) } + [
                SysmonLine.load(process, "teller")
            ])
        let applied = report.appliedByType["imageLoad"] ?? 0
        #expect(applied < 540 && applied > 500)
        #expect(report.isComplete)
    }

    @Test func `a held record of a process that has exited meanwhile counts as a tombstone record`() async {
        let report = await apply([
            SysmonLine.load(process), SysmonLine.exit(process), SysmonLine.loadWithoutPid(process),
        ])
        #expect(report.skipped == ["after-exit": 1])
    }

    @Test func `if a line stops the feed, all lines are still counted`() async {
        let report = await apply([
            SysmonLine.loadWithoutPid(process), SysmonLine.loadWithoutPid(other), "no JSON", SysmonLine.load(process),
        ]) { $0.stopsOnError = true }
        #expect(report.stoppedAtLine == 3)
        #expect(report.lines == 3)
        #expect(report.skipped == ["pid-unresolved": 2])
        #expect(report.isComplete)
    }
}
