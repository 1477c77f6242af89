import Locking
import Messages
import Runtime
import TestSupport
import Testing

@testable import Driver
@testable import Replay

/// Coverage: the conditions that events reached, and why others were not reached.
@Suite(.timeLimit(.minutes(5)))
struct CoverageTests {
    /// The reports of all routines of one driver.
    private final class Reached: Sendable {
        let driver: Driver
        private let reports = Received<RoutineReport>()

        init(_ config: DriverConfig = DriverConfig(), _ engine: any EnginePort = ScriptedEngine()) {
            driver = Driver.make(config, engine: engine)
        }

        var all: [RoutineReport] { reports.values }

        func take(_ more: [RoutineReport]) { for report in more { reports.take(report) } }

        func create(_ processId: UInt32, _ rules: ProcessRules = []) throws {
            var creation = ProcessCreation(imageFileName: "a", processId: processId)
            creation.rules = rules
            creation.commandLine = "a -b"
            try driver.createProcess(creation) { self.take($0.routines) }
        }

        func thread(
            _ threadId: UInt32, in processId: UInt32, by creator: UInt32? = nil, isSystem: Bool = false
        ) throws {
            var creation = ThreadCreation(
                processId: processId, threadId: threadId, creatorProcessId: creator ?? processId)
            creation.creatorIsSystemThread = isSystem
            try driver.createThread(creation) { self.take($0.routines) }
        }

        func load(_ name: UnicodeString, _ processId: UInt32, _ change: (inout ImageLoad) -> Void = { _ in }) throws {
            var load = ImageLoad(processId: processId, fullImageName: name)
            change(&load)
            try driver.loadImage(load) { self.take($0) }
        }
    }

    /// Does everything that a client can do.
    private func everything() throws -> [RoutineReport] {
        let all = Reached()
        try all.create(100)
        try all.create(104, [.notifyProcessCmdLine, .notifyNewThreadSameProcess])
        try all.create(108, [.notifyNewThreadDifferentProcess, .notifyWow64cpuLoad, .notifyImageLoadRule])
        try all.create(112, .notifyProcessCmdLine)
        try all.thread(1, in: 100)
        try all.thread(2, in: 100, by: 104)
        try all.thread(3, in: 100, by: 108)
        try all.thread(4, in: 100, by: 9999)
        try all.thread(5, in: 100, isSystem: true)
        try all.thread(6, in: 4, by: 100)
        _ = try all.driver.setCurrentCommandLine(of: 104, "changed")
        all.take(try all.driver.deleteThread(1, of: 100))
        try all.thread(7, in: 104)
        try all.thread(11, in: 112)
        try all.thread(9, in: 112)
        try all.create(116, .notifyProcessCmdLine)
        try all.thread(10, in: 112)
        let wow64cpu: UnicodeString = #"C:\Windows\System32\wow64cpu.dll"#
        for name in ["x.dll", wow64cpu, "x.dll"] { try all.load(name, 108) }
        try all.load("x.dll", 100) { $0.extendedInfoPresent = false }
        for (name, rules) in [("s.dll", [.notifyImageLoadRule]), ("t.dll", [])] as [(String, StreamContextRules)] {
            _ = try all.driver.createStreamContext(fileName: name, rules: rules)
            try all.load(UnicodeString(name), 100)
        }
        try all.load("k.sys", 0) { $0.systemModeImage = true }
        _ = try all.driver.changeRules(of: 100, .modify(set: ProcessRules(rawValue: 0x200), clear: []))
        try all.load("x.dll", 100)
        all.take(try all.driver.exitProcess(100))

        let denying = Reached(
            .make { $0.createThreadNotifyRoutineEx = false },
            EmbeddedEngine(.init(reply: .deny), timers: ManualTimers()))
        try denying.create(100)
        return all.all + denying.all
    }

    @Test func `each condition is checked only by its own routine`() throws {
        let reports = try everything()
        for report in reports {
            for (check, _) in report.trace.checks { #expect(check.routine == report.routine, "\(check)") }
        }
        let looked = Set(reports.flatMap { $0.trace.checks.map(\.check) })
        #expect(Set(Check.allCases).subtracting(looked) == [])
        #expect(Set(reports.map(\.routine)) == Set(Coverage.routines))
        #expect(Set(Check.allCases.map(\.routine)) == Set(Coverage.routines))
    }

    @Test func `the counts match the reports`() throws {
        let reports = try everything()
        var coverage = Coverage()
        for report in reports { coverage.count(report) }
        for routine in Coverage.routines {
            let runs = coverage.runs(of: routine)
            #expect(runs.runs == reports.count { $0.routine == routine })
            #expect(runs.notified == reports.count { $0.routine == routine && !$0.messages.isEmpty })
        }
        var reached = 0
        for check in Check.allCases {
            let looked = reports.flatMap { Array($0.trace.checks) }.filter { $0.check == check }
            #expect(coverage.outcomes(of: check).held == looked.count { $0.holds })
            #expect(coverage.outcomes(of: check).failed == looked.count { !$0.holds })
            reached += Set(looked.map(\.holds)).count
        }
        #expect(coverage.reached == reached)
        #expect(Coverage.outcomeCount == 56)
        #expect(
            CoverageReport(coverage, of: MessageCounts(), in: .sysmon, gaps: []).percent == (Double(reached) / 0.056)
                .rounded() / 10)
    }

    @Test func `a client can reach every outcome except a new thread whose process has no context`() throws {
        var coverage = Coverage()
        for report in try everything() { coverage.count(report) }
        let missing = Check.allCases.flatMap { check in
            let outcomes = coverage.outcomes(of: check)
            return (outcomes.held == 0 ? ["\(check) true"] : []) + (outcomes.failed == 0 ? ["\(check) false"] : [])
        }
        #expect(missing == ["currentContext false"])
    }

    @Test func `the message types that routines create are exactly those in the report`() throws {
        let made = Set(try everything().flatMap(\.messages).map { MessageType(of: $0.message) })
        #expect(made == Set(Coverage.messageTypes))
        #expect(Set(Coverage.messageTypes).count == Coverage.messageTypes.count)
    }

    @Test func `nothing reached is 0 percent, and a repeated run is counted but reaches nothing new`() throws {
        var coverage = Coverage()
        #expect(CoverageReport(coverage, of: MessageCounts(), in: .sysmon, gaps: []).percent == 0)
        #expect(coverage.reached == 0)
        let report = try #require(try everything().first)
        coverage.count(report)
        let once = coverage.reached
        coverage.count(report)
        #expect(coverage.reached == once)
        #expect(coverage.runs(of: report.routine).runs == 2)
    }

    @Test func `coverage is counted only if requested`() async {
        let line = SysmonLine.load(RecordedProcess(processId: 1000, second: 5))
        for asks in [false, true] {
            let feed = EventFeed(driver: .make(), options: .sysmon { $0.reportsCoverage = asks }, onEventTime: { _ in })
            let report = await feed.replay(Array(line.utf8))
            #expect(report.coverage.runs(of: .loadImageNotify).runs == (asks ? 1 : 0))
            #expect((report.coverage.reached > 0) == asks)
        }
    }

    // MARK: Gaps

    /// Outcomes that occurred, although recordings are said never to have them.
    private func contradictions(_ report: FeedReport, besides exceptions: [String] = []) -> [String] {
        Check.allCases.flatMap { check -> [String] in
            let outcomes = report.coverage.outcomes(of: check)
            return [(true, outcomes.held), (false, outcomes.failed)].compactMap { outcome, count in
                count > 0 && RecordingGaps.why(check, neverIs: outcome, in: .sysmon) != nil
                    ? "\(check) \(outcome)" : nil
            }
        }.filter { !exceptions.contains($0) }
            + Coverage.messageTypes.filter {
                report.total.messages[$0] > 0 && RecordingGaps.why(neverMade: $0, in: .sysmon) != nil
            }.map { "\($0)" }
    }

    /// All rules that make the driver send messages.
    private static let rules: ProcessRules = [
        .notifyNewThreadDifferentProcess, .notifyNewThreadSameProcess, .notifyImageLoadRule, .notifyWow64cpuLoad,
        .notifyProcessCmdLine,
    ]

    @Test(.enabled(if: Recording.areThere), arguments: Recording.all)
    func `no recording contains what recordings are said never to contain`(recording: Recording) async throws {
        let bytes = try recording.bytes()
        for initialThreads in [false, true] {
            var options = EventFeed.Options.sysmon {
                $0.replaysAllMachines = true
                $0.reportsCoverage = true
            }
            options.createsInitialThreads = initialThreads
            let feed = EventFeed(options: options) { _ in
                let driver = Driver.make()
                driver.rulePolicies = [RulePolicy(imageFileName: "*", rules: Self.rules)]
                return EventTarget(driver: driver, onEventTime: { _ in })
            }
            let report = await feed.replay(bytes)
            #expect(contradictions(report) == [])
            #expect(report.coverage.reached > 10)
        }
    }

    @Test func `no possible Sysmon record gives what recordings are said never to contain`() async throws {
        let (a, b) = (RecordedProcess(processId: 1000, second: 5), RecordedProcess(processId: 1004, second: 5))
        let system = RecordedProcess(processId: 4, second: 1)
        let driverLoad = SysmonLine.record(6, ["ImageLoaded": #"C:\\k.sys"#])
        let wow64cpu = #"C:\\Windows\\System32\\wow64cpu.dll"#
        let lines = [
            SysmonLine.load(a), SysmonLine.create(a), SysmonLine.create(b, by: a), SysmonLine.thread(from: a, in: b),
            SysmonLine.thread(from: system, in: b), SysmonLine.thread(from: a, in: system),
            SysmonLine.load(a, wow64cpu),
            SysmonLine.load(a), SysmonLine.load(b), SysmonLine.load(system), SysmonLine.exit(a), SysmonLine.exit(b),
        ]
        for initialThreads in [false, true] {
            let driver = Driver.make()
            driver.rulePolicies = [RulePolicy(imageFileName: "*", rules: Self.rules)]
            let feed = EventFeed(
                driver: driver,
                options: .sysmon {
                    $0.reportsCoverage = true
                    $0.createsInitialThreads = initialThreads
                }, onEventTime: { _ in })
            let report = await feed.replay(Array((lines + [driverLoad]).joined(separator: "\n").utf8))
            #expect((report.total.applied, report.total.rejectedCount) == (13, 0))
            // Only event 6 records kernel images.
            #expect(contradictions(report, besides: ["systemModeImage true"]) == [])
            #expect(report.coverage.outcomes(of: .systemModeImage).held == 1)
        }
    }

    /// The gaps in the report of such a recording.
    private func gaps(_ lines: [String]) async -> [String] {
        let feed = EventFeed(driver: .make(), options: .sysmon(), onEventTime: { _ in })
        return await feed.replay(Array(lines.joined(separator: "\n").utf8)).gaps
    }

    @Test func `an event that the recording contains is not lacking because a rule or a denial skips it`() async {
        let a = RecordedProcess(processId: 1000, second: 5)
        let denial = EngineReply.createProcess(CreateProcessAnswer(accessDenied: true))
        let engine = ScriptedEngine { _ in EngineResult(status: .success, reply: denial) }
        let feed = EventFeed(driver: .make(engine: engine), options: .sysmon(), onEventTime: { _ in })
        let lines = [SysmonLine.create(a), SysmonLine.load(a), SysmonLine.exit(a)]
        let report = await feed.replay(Array(lines.joined(separator: "\n").utf8))
        #expect(report.total.skipped["denied"] == 2)
        #expect(!report.gaps.contains { $0.hasPrefix("no event 5") || $0.hasPrefix("no event 7") })
        #expect(report.gaps.contains("2 × records that name a process whose creation the engine denied"))
    }

    @Test func `native lines do not have the limits of Sysmon`() async {
        let lines = #"""
            {"type":"processCreate","processId":500,"imageFileName":"a.exe"}
            {"type":"imageLoad","processId":500,"fullImageName":"b.dll","imageBase":"0x10","imageSize":"0x20"}
            """#
        let options = EventFeed.Options(format: .native)
        let feed = EventFeed(driver: .make(), options: options, onEventTime: { _ in })
        let report = await feed.replay(Array(lines.utf8))
        #expect(report.total.applied == 2)
        #expect(report.gaps == [])
        let coverage = CoverageReport(Coverage(), of: MessageCounts(), in: .native, gaps: [])
        let reasons =
            coverage.routines.flatMap(\.conditions).compactMap(\.why) + coverage.messageTypes.compactMap(\.why)
        #expect(
            Set(reasons) == [
                "only the setting createThreadNotifyRoutineEx changes this",
                "this requires an engine that denies processes",
            ])
    }

    @Test func `the report lists what a recording lacks, and nothing that it contains`() async {
        let (a, b) = (RecordedProcess(processId: 1000, second: 5), RecordedProcess(processId: 1004, second: 5))
        let none = await gaps([])
        #expect(
            none == [
                "no event 1: no creations", "no event 5: no exits", "no event 7: no image loads",
                "no event 6: no kernel images", "no event 8: no remote threads",
            ])
        let all = await gaps([
            SysmonLine.create(a), SysmonLine.load(a), SysmonLine.thread(from: a, in: b), SysmonLine.exit(a),
            SysmonLine.load(a), SysmonLine.open(from: a, to: b), SysmonLine.record(22, [:]),
            SysmonLine.record(6, ["ImageLoaded": "k.sys"]), #"{"EventID":1,"Channel":"Security"}"#,
            SysmonLine.loadWithoutPid(RecordedProcess(processId: 7, second: 7)),
        ])
        #expect(
            all == [
                "1 process ran before its first record: no CreateProcess message, command line or parent",
                "event 7 has no base address, size or thread: they are 0",
                "event 8 does not name the creating thread",
                "1 × records of opened processes (event 10): the model has no handle callbacks",
                "1 × records of other Sysmon events: no routine corresponds to them", "1 × records of other channels",
                "1 × records that name a process after its exit",
                "1 × records whose ProcessGuid has no pid in any other record",
            ])
    }
}
