import Driver
import Replay
import TestSupport
import Testing

/// The choice of the machine whose records are replayed.
@Suite(.timeLimit(.minutes(5)))
struct SysmonMachineTests {
    private let process = RecordedProcess(processId: 1000, second: 1_582_280_130)

    @Test func `without a name, the first machine in the Sysmon records is used`() async {
        let report = await Driver.make().apply(
            [
                #"{"EventID":1,"Channel":"Security","Hostname":"DC"}"#, SysmonLine.load(process, host: "PC1.Local"),
                SysmonLine.load(process, host: "pc2"), SysmonLine.load(process, host: "pc1.LOCAL"),
            ], .sysmon())
        #expect(report.machines == ["pc1.local", "pc2"])
        #expect(report.skipped == ["other-channel": 1, "other-machine": 1])
        #expect(report.applied == 2)
    }

    @Test func `a machine name is matched without case, but as a whole`() async {
        let lines = ["pc1", "PC2", "pc1"].map { SysmonLine.load(process, host: $0) }
        let report = await Driver.make().apply(lines, .sysmon { $0.machine = "Pc2" })
        #expect(report.applied == 1)
        #expect(report.skipped == ["other-machine": 2])
        #expect(await Driver.make().apply(lines, .sysmon { $0.machine = "pc" }).applied == 0)
    }

    @Test func `records of other machines do not give pids`() async {
        let report = await Driver.make().apply(
            [
                SysmonLine.loadWithoutPid(process).replacing("PC1", with: "pc1"),
                SysmonLine.load(process, host: "pc2"),
            ], .sysmon { $0.machine = "pc1" })
        #expect(report.skipped == ["other-machine": 1, "pid-unresolved": 1])
    }

    @Test func `a record without a valid machine name is rejected`() async {
        let line = SysmonLine.load(process, host: "NAME")
        let long = String(repeating: "x", count: 256)
        let report = await Driver.make().apply(
            [
                line.replacing(#""NAME""#, with: "null"), line.replacing(#""NAME""#, with: "17"),
                line.replacing("NAME", with: ""), line.replacing("NAME", with: long),
                line.replacing("NAME", with: #"a\u0000b"#),
            ], .sysmon())
        #expect(
            report.faults == [
                "1: Hostname is missing", "2: Hostname is missing", "3: Hostname is missing",
                "4: Hostname has more than 255 bytes", "5: Hostname contains a NUL",
            ])
    }

    @Test func `the list of machines is limited`() async {
        let lines = (0..<1100).map { SysmonLine.load(process, host: "pc\($0)") }
        let report = await Driver.make().apply(lines, .sysmon())
        #expect(report.machines.count == 1000)
        #expect(report.skipped == ["other-machine": 1099])
    }
}
