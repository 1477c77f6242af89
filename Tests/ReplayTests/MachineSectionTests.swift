import Driver
import Messages
import Replay
import TestSupport
import Testing

/// Recordings of several machines, each replayed into its own driver.
@Suite(.timeLimit(.minutes(5)))
struct MachineSectionTests {
    /// Creates a driver for each machine when it first appears, except for refused machines.
    private final class Machines: Sendable {
        let asked = Received<String?>()
        private let made = Received<(name: String?, driver: Driver)>()
        private let refused: Set<String>

        init(refusing refused: Set<String> = []) { self.refused = refused }

        func target(of machine: String?) -> EventTarget? {
            asked.take(machine)
            if let machine, refused.contains(machine) { return nil }
            let driver = Driver.make()
            made.take((machine, driver))
            return EventTarget(driver: driver, onEventTime: { _ in })
        }

        subscript(name: String?) -> Driver? { made.values.first { $0.name == name }?.driver }
    }

    private let process = RecordedProcess(processId: 1000, second: 1_582_280_130)

    private func replay(
        _ lines: [String], to machines: Machines, chunk: Int = .max,
        _ change: (inout EventFeed.Options) -> Void = { _ in }
    ) async -> FeedReport {
        var options = EventFeed.Options.sysmon(change)
        options.replaysAllMachines = true
        let feed = EventFeed(options: options, findTarget: machines.target)
        return await feed.replay(Array(lines.joined(separator: "\n").utf8), chunk: chunk)
    }

    @Test(arguments: [1, 100, Int.max])
    func `machines with the same pids are kept apart, each on its own host`(chunk: Int) async throws {
        let machines = Machines()
        let other = RecordedProcess(processId: 1000, second: 1_582_280_999, image: #"C:\\other.exe"#)
        let report = await replay(
            [
                SysmonLine.create(process, host: "B"), SysmonLine.create(other, host: "a"),
                SysmonLine.load(process, "1", host: "b"), SysmonLine.exit(other).replacing("PC1", with: "A"),
                SysmonLine.load(other, "2", host: "A"), SysmonLine.load(process, "3", host: "B"),
            ], to: machines, chunk: chunk)
        #expect(machines.asked.values == ["b", "a"])
        #expect(report.machines.map(\.name) == ["b", "a"])
        #expect(report.total.machines == ["b", "a"])
        let (b, a) = (try #require(machines["b"]), try #require(machines["a"]))
        #expect(b.process(1000)?.imageFileName == #"C:\Windows\a.exe"#)
        #expect(b.process(1000)?.identity == process.identity)
        #expect(a.process(1000) == nil)
        #expect(report.machines[0].events.appliedByType == ["processCreate": 1, "imageLoad": 2])
        #expect(report.machines[1].events.appliedByType == ["processCreate": 1, "processExit": 1])
        #expect(report.machines[1].events.skipped == ["after-exit": 1])
        #expect(b.counters.async.enqueued == 2)
        #expect(a.counters.async.enqueued == 1)
    }

    @Test func `a GUID gives a pid only within its own machine`() async {
        let machines = Machines()
        let report = await replay(
            [
                SysmonLine.loadWithoutPid(process).replacing("PC1", with: "a"), SysmonLine.load(process, host: "b"),
                SysmonLine.loadWithoutPid(process).replacing("PC1", with: "b"),
            ], to: machines)
        #expect(report.machines.map(\.name) == ["b"])
        #expect(report.total.skipped == ["pid-unresolved": 1])
        #expect(report.total.applied == 2)
        #expect(report.total.isComplete)
        #expect(machines["a"] == nil)
    }

    @Test func `a refused machine is requested once; its events are skipped, and the sums match`() async throws {
        let machines = Machines(refusing: ["b"])
        let report = await replay(
            [
                SysmonLine.load(process, host: "a"), SysmonLine.load(process, host: "b"),
                SysmonLine.create(process, host: "B"), "no JSON", SysmonLine.load(process, host: "c"),
                SysmonLine.open(from: process, to: process).replacing("PC1", with: "b"),
                SysmonLine.record(255, [:], host: "b"), SysmonLine.record(1, [:], host: "b"),
                SysmonLine.record(1, [:], host: "a"), #"{"EventID":1,"Channel":"Security","Hostname":"a"}"#,
            ], to: machines)
        #expect(machines.asked.values == ["a", "b", "c"])
        let total = report.total
        #expect(total.isComplete)
        #expect((total.lines, total.applied, total.rejectedCount) == (10, 2, 3))
        #expect(total.skipped == ["no-host": 2, "process-open": 1, "unmapped-event": 1, "other-channel": 1])
        #expect(total.skippedByType == ["imageLoad": ["no-host": 1], "processCreate": ["no-host": 1]])
        #expect(total.machines == ["a", "b", "c"])
        #expect(report.machines.map(\.name) == ["a", "c"])
        for machine in report.machines { #expect(machine.events.isComplete, "\(machine.name ?? "")") }
        #expect(report.machines[0].events.rejectedCount == 1)
        #expect(report.machines[0].events.rejected.isEmpty)
    }

    @Test func `a machine without replayed records gets no host and no section`() async {
        let machines = Machines()
        let report = await replay(
            [
                SysmonLine.open(from: process, to: process).replacing("PC1", with: "a"),
                SysmonLine.record(22, [:], host: "b"), SysmonLine.load(process, host: "c"),
            ], to: machines)
        #expect(machines.asked.values == ["c"])
        #expect(report.total.machines == ["a", "b", "c"])
        #expect(report.machines.map(\.name) == ["c"])
        #expect(report.total.isComplete)
    }

    @Test func `if one machine is selected, only its records are replayed, in any letter case`() async {
        let machines = Machines()
        let lines = ["a", "b", "C", "B", "a"].map { SysmonLine.load(process, host: $0) }
        let report = await replay(lines, to: machines) { $0.machine = "B" }
        #expect(machines.asked.values == ["b"])
        #expect(report.machines.map(\.name) == ["b"])
        #expect(report.total.skipped == ["other-machine": 3])
        #expect(report.total.machines == ["a", "b", "c"])
        #expect(report.machines.first?.events.applied == 2)
        #expect(report.machines.first?.events.lines == 2)
        #expect(report.total.isComplete)
    }

    @Test func `a selected machine after a thousand others is replayed`() async {
        let machines = Machines()
        let lines = ((0..<1200).map { "pc\($0)" } + ["late"]).map { SysmonLine.load(process, host: $0) }
        let report = await replay(lines, to: machines) { $0.machine = "LATE" }
        #expect(report.total.applied == 1)
        #expect(report.total.skipped == ["other-machine": 1200])
        #expect(report.total.isComplete)
        // One of the thousand names is the selected one.
        #expect(report.total.machines.count == 1000)
        #expect(report.total.machines.last == "late")
    }

    @Test func `the first thousand machines get a host each; later ones count as other machines`() async {
        let machines = Machines()
        let names = (0..<1003).map { "pc\($0)" }
        let report = await replay((names + names).map { SysmonLine.load(process, host: $0) }, to: machines)
        #expect(machines.asked.values == Array(names.prefix(1000)))
        #expect(report.total.machines == Array(names.prefix(1000)))
        #expect(report.machines.map(\.name) == Array(names.prefix(1000)))
        #expect(report.total.applied == 2000)
        #expect(report.total.skipped == ["other-machine": 6])
        #expect(report.total.isComplete)
        #expect(report.machines.allSatisfy { $0.events.lines == 2 && $0.events.applied == 2 })
    }

    @Test func `the sections and the lines without a section add up to the total`() async {
        let machines = Machines(refusing: ["c"])
        var lines: [String] = []
        for round in 0..<20 {
            for (number, name) in ["a", "b", "c"].enumerated() {
                let process = RecordedProcess(processId: UInt64(1000 + 4 * (round % 5)), second: UInt32(5 + round / 5))
                lines.append(
                    (round + number).isMultiple(of: 3)
                        ? SysmonLine.create(process, host: name) : SysmonLine.load(process, host: name))
            }
            lines.append("{")
        }
        let report = await replay(lines, to: machines)
        let sections = report.machines.map(\.events)
        #expect(sections.allSatisfy { $0.isComplete })
        #expect(report.total.isComplete)
        #expect(sections.map(\.applied).reduce(0, +) == report.total.applied)
        #expect(sections.map(\.lines) == [20, 20])
        #expect(report.total.lines == 80)
        #expect(report.total.skipped["no-host"] == 20)
        #expect(report.total.rejectedCount == 20)
        #expect(sections.map(\.processesSynthesised).reduce(0, +) == report.total.processesSynthesised)
        #expect(sections.map(\.processesCompleted).reduce(0, +) == report.total.processesCompleted)
        let direct = sections.map { $0.messages.direct["CreateProcess"] ?? 0 }.reduce(0, +)
        #expect(direct == report.total.messages.direct["CreateProcess"])
        for name in ["a", "b"] {
            let made = report.machines.first { $0.name == name }?.events.messages.async.values.reduce(0, +)
            #expect(made == machines[name].map { Int($0.counters.async.enqueued) })
        }
    }

    @Test func `native lines are one section without a name, whose host is requested once`() async {
        let machines = Machines()
        let lines = [
            #"{"type":"processCreate","processId":100,"imageFileName":"a"}"#, "", "{",
            #"{"type":"processExit","processId":100}"#, #"{"type":"processExit","processId":100}"#,
        ]
        let feed = EventFeed(options: .native(), findTarget: machines.target)
        let report = await feed.replay(Array(lines.joined(separator: "\n").utf8))
        #expect(machines.asked.values == [nil])
        #expect(report.machines.map(\.name) == [nil])
        #expect((report.total.lines, report.total.applied, report.total.rejectedCount) == (4, 2, 2))
        #expect(report.total.isComplete)
        // The invalid line belongs to no section.
        #expect((report.machines.first?.events.lines, report.machines.first?.events.rejectedCount) == (3, 1))
        #expect(report.machines.first?.events.isComplete == true)
    }

    @Test func `native lines without a host are skipped, and the sums match`() async {
        let feed = EventFeed(options: .native()) { _ in nil }
        let line = #"{"type":"processCreate","processId":100,"imageFileName":"a"}"#
        let report = await feed.replay(Array("\(line)\n\(line)".utf8))
        #expect(report.machines.isEmpty)
        #expect(report.total.skipped == ["no-host": 2])
        #expect(report.total.skippedByType == ["processCreate": ["no-host": 2]])
        #expect(report.total.isComplete)
    }
}
