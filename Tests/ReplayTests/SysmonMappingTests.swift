import Driver
import Messages
import Replay
import TestSupport
import Testing

/// The mapping of records to events, with handwritten records.
@Suite(.timeLimit(.minutes(5)))
struct SysmonMappingTests {
    private let parent = RecordedProcess(processId: 900, second: 1_582_280_000, image: #"C:\\Windows\\explorer.exe"#)
    private let child = RecordedProcess(processId: 1000, second: 1_582_280_130)
    private let engine = ScriptedEngine()

    private func driver() -> Driver {
        let driver = Driver.make(engine: engine)
        driver.rulePolicies = [RulePolicy(imageFileName: "*", rules: .notifyNewThreadDifferentProcess)]
        return driver
    }

    @Test func `event 1 is a creation with parent, session, integrity level and the GUID's second`() async throws {
        let driver = driver()
        let report = await driver.apply([SysmonLine.create(child, by: parent)], .sysmon())
        #expect(report.appliedByType == ["processCreate": 1])
        let process = try #require(driver.process(1000))
        #expect(process.identity == child.identity)
        #expect(process.imageFileName == #"C:\Windows\a.exe"#)
        #expect(process.processCmdLine == "a -b")
        #expect(process.parent == parent.identity)
        #expect(process.creator == parent.identity)
        #expect(process.sessionId == 2)
        #expect(process.token.integrityLevel == 0x3000)
        #expect(process.rules == .notifyNewThreadDifferentProcess)
        #expect(engine.messages.map(\.operationName) == ["CreateProcess"])
        #expect(driver.process(900) == nil)
    }

    @Test(arguments: [
        ("Low", 0x1000), ("Medium", 0x2000), ("High", 0x3000), ("System", 0x4000), ("AppContainer", 0x1000),
        ("?", 0x2000),
    ])
    func `the integrity level`(name: String, level: UInt32) async throws {
        let driver = driver()
        let line = SysmonLine.create(child).replacing(#""High""#, with: #""\#(name)""#)
        _ = await driver.apply([line], .sysmon())
        #expect(driver.process(1000)?.token.integrityLevel == level)
    }

    @Test func `a process that appears before its event 1 gets a context without a message`() async throws {
        let driver = driver()
        let report = await driver.apply([SysmonLine.load(child)], .sysmon())
        #expect(report.processesSynthesised == 1)
        #expect(report.appliedByType == ["imageLoad": 1])
        let process = try #require(driver.process(1000))
        #expect(process.isSynthesized)
        #expect(process.identity == child.identity)
        #expect(process.imageFileName == #"C:\Windows\a.exe"#)
        #expect(process.rules == .notifyNewThreadDifferentProcess)
        #expect(engine.messages.map(\.operationName) == ["LoadImage"])
    }

    @Test func `a late event 1 completes the same context and sends its message then`() async throws {
        let driver = driver()
        let report = await driver.apply(
            [SysmonLine.load(child), SysmonLine.create(child, by: parent), SysmonLine.load(child)], .sysmon())
        #expect(report.processesSynthesised == 1)
        #expect(report.processesCompleted == 1)
        #expect(report.appliedByType == ["imageLoad": 2, "processCreate": 1])
        #expect(report.messages.direct == ["CreateProcess": 1])
        #expect(engine.messages.map(\.operationName) == ["LoadImage", "CreateProcess", "LoadImage"])
        let process = try #require(driver.process(1000))
        #expect(!process.isSynthesized)
        #expect(process.parent == parent.identity)
    }

    @Test func `a second event 1 for a process is skipped`() async {
        let report = await driver().apply([SysmonLine.create(child), SysmonLine.create(child)], .sysmon())
        #expect(report.applied == 1)
        #expect(report.skipped == ["already-created": 1])
    }

    @Test func `a process that appears only in its exit record is synthesized and ended`() async {
        let driver = driver()
        let report = await driver.apply([SysmonLine.exit(child)], .sysmon())
        #expect(report.processesSynthesised == 1)
        #expect(report.messages.async == ["CreateProcess": 1])
        #expect(driver.process(1000) == nil)
    }

    @Test func `a record of a process after its exit counts as a tombstone record`() async {
        let driver = driver()
        let lines = [
            SysmonLine.create(child), SysmonLine.exit(child), SysmonLine.load(child), SysmonLine.exit(child),
            SysmonLine.create(child), SysmonLine.thread(from: child, in: parent),
            SysmonLine.thread(from: parent, in: child),
        ]
        let report = await driver.apply(lines, .sysmon())
        #expect(report.skipped == ["after-exit": 5])
        #expect(report.tombstoneRecords == 5)
        #expect(report.processesSynthesised == 0)
        #expect(driver.process(1000) == nil)
        #expect(driver.process(900) == nil)
    }

    @Test(arguments: [-100, 100])
    func `a creation for a live pid with a different second ends the old context first`(seconds: Int) async throws {
        let driver = driver()
        var other = child
        other.second = UInt32(Int(child.second) + seconds)
        let report = await driver.apply(
            [SysmonLine.create(child), SysmonLine.create(other), SysmonLine.load(child)], .sysmon())
        #expect(report.applied == 2)
        #expect(report.skipped == ["after-exit": 1])
        #expect(report.messages.async == ["CreateProcess": 1])
        #expect(driver.process(1000)?.identity == other.identity)
        let flags = engine.messages.compactMap { message -> Bool? in
            guard case .async(let async) = message.content, case .imageLoadAndProcess(let notify) = async.body else {
                return nil
            }
            return notify.createFlag
        }
        #expect(flags == [true, false, true])
    }

    @Test func `a record of a later owner of the pid implies that an exit and a creation were missed`() async {
        let driver = driver()
        var later = child
        later.second += 5
        let report = await driver.apply(
            [SysmonLine.create(child), SysmonLine.load(later), SysmonLine.load(child)], .sysmon())
        #expect(report.processesSynthesised == 1)
        #expect(report.messages.async == ["CreateProcess": 1, "LoadImage": 1])
        #expect(report.skippedByType == ["imageLoad": ["after-exit": 1]])
        #expect(driver.process(1000)?.identity == later.identity)
    }

    @Test func `a record that follows an exit but is dated before it is counted apart`() async {
        let (one, two) = (RecordedProcess(processId: 1000, second: 5), RecordedProcess(processId: 1004, second: 5))
        let report = await driver().apply(
            [
                SysmonLine.create(one).at(0), SysmonLine.exit(one).at(500), SysmonLine.load(one).at(499),
                SysmonLine.load(one).at(500), SysmonLine.load(one).at(501),
                SysmonLine.thread(from: two, in: one).at(100),
                SysmonLine.thread(from: one, in: two).at(600), SysmonLine.create(one).at(0), SysmonLine.load(one),
            ], .sysmon())
        #expect(report.skipped == ["dated-before-exit": 3, "after-exit": 4])
        #expect(report.skippedByType["threadCreate"] == ["dated-before-exit": 1, "after-exit": 1])
        #expect(report.tombstoneRecords == 7)
        #expect(report.isComplete)
    }

    @Test func `a process whose pid is used again has exited by then`() async {
        let (one, two) = (RecordedProcess(processId: 1000, second: 5), RecordedProcess(processId: 1000, second: 9))
        let report = await driver().apply(
            [
                SysmonLine.create(one).at(0), SysmonLine.create(two).at(500), SysmonLine.load(one).at(499),
                SysmonLine.load(one).at(501),
            ], .sysmon())
        #expect(report.skipped == ["dated-before-exit": 1, "after-exit": 1])
    }

    @Test func `a record of an earlier owner of the pid counts as a tombstone record`() async {
        let driver = driver()
        var earlier = child
        earlier.second -= 5
        let report = await driver.apply([SysmonLine.create(child), SysmonLine.load(earlier)], .sysmon())
        #expect(report.skipped == ["after-exit": 1])
        #expect(driver.process(1000)?.identity == child.identity)
    }

    @Test func `event 8 is a thread in another process`() async throws {
        let driver = driver()
        let line = SysmonLine.thread(from: parent, in: child, ["StartAddress": "0xFFFFEF60CA462460"])
        let report = await driver.apply([line, line], .sysmon())
        #expect(report.appliedByType == ["threadCreate": 2])
        #expect(report.messages.sync == ["NewThreadDifferentProcess": 1])
        #expect(report.messages.async == ["CreateThread": 1])
        #expect(try driver.threads(of: 1000).map(\.threadId) == [4242])
        guard case .async(let message) = engine.messages.last?.content, case .thread(let thread) = message.body else {
            Issue.record("no CreateThread")
            return
        }
        #expect(thread.currentProcess == parent.identity)
        #expect(thread.createdThreadProcess == child.identity)
        #expect(thread.createdThread.threadId == 4242)
        #expect(thread.imageFileName == #"C:\Windows\explorer.exe"#)
    }

    @Test func `event 8 has a start address of 64 bits`() async throws {
        let driver = Driver.make(engine: engine)
        driver.rulePolicies = [RulePolicy(imageFileName: "*", rules: .notifyNewThreadSameProcess)]
        let line = SysmonLine.thread(from: child, in: child, ["StartAddress": "0xFFFFEF60CA462460"])
        _ = await driver.apply([line], .sysmon())
        guard case .sync(let message) = engine.messages.first?.content,
            case .newThreadSameProcess(let data) = message.data
        else {
            Issue.record("no NewThreadSameProcess")
            return
        }
        #expect(data.threadStartAddress == 0xFFFF_EF60_CA46_2460)
    }

    @Test func `pid 4 is the host's System process, and it creates threads as a system thread`() async {
        let driver = driver()
        let system = RecordedProcess(processId: 4, second: 1_582_000_000)
        let before = driver.process(4)
        let report = await driver.apply(
            [
                SysmonLine.thread(from: system, in: child), SysmonLine.thread(from: child, in: system),
                SysmonLine.load(system), SysmonLine.create(child, by: system),
                SysmonLine.create(system), SysmonLine.exit(system),
            ], .sysmon())
        #expect(report.messages.sync == [:])
        #expect(report.appliedByType == ["threadCreate": 2, "imageLoad": 1, "processCreate": 1])
        #expect(report.skipped == ["already-created": 1])
        #expect(report.faults == ["6: the System process cannot exit"])
        #expect(driver.process(4)?.identity == before?.identity)
        #expect(driver.process(1000)?.parent == before?.identity)
    }

    @Test func `an all-zero GUID means the current context of the pid`() async {
        let driver = driver()
        func anonymous(_ line: String, _ process: RecordedProcess) -> String {
            line.replacing(process.guid, with: SysmonLine.noGUID)
        }
        let lines = [
            anonymous(SysmonLine.load(child), child), SysmonLine.create(child),
            anonymous(SysmonLine.load(child), child), anonymous(SysmonLine.exit(child), child),
            anonymous(SysmonLine.load(child), child),
        ]
        let report = await driver.apply(lines, .sysmon())
        #expect(report.appliedByType == ["processCreate": 1, "imageLoad": 1, "processExit": 1])
        #expect(report.skipped == ["no-context": 2])
        #expect(report.processesSynthesised == 0)
    }

    @Test func `a thread by an unknown process with an all-zero GUID is not an error`() async {
        let driver = driver()
        let line = SysmonLine.thread(from: parent, in: child).replacing(parent.guid, with: SysmonLine.noGUID)
        let report = await driver.apply([line], .sysmon())
        #expect(report.appliedByType == ["threadCreate": 1])
        #expect(report.messages.sync == [:])
        #expect(driver.process(900) == nil)
    }

    @Test func `event 1 without a GUID uses UtcTime as the creation time`() async {
        let driver = driver()
        let line = SysmonLine.create(child).replacing(child.guid, with: SysmonLine.noGUID)
        let untimed = line.replacing("UtcTime", with: "Time").replacing("1000", with: "2000")
        let report = await driver.apply([line, untimed], .sysmon())
        #expect(driver.process(1000)?.identity == child.identity)
        #expect(report.faults == ["2: ProcessGuid is missing"])
    }

    @Test func `event 6 is a kernel image`() async {
        let driver = driver()
        let line = SysmonLine.record(6, ["ImageLoaded": #"C:\\Windows\\System32\\drivers\\WdFilter.sys"#])
        let report = await driver.apply([line], .sysmon())
        #expect(report.appliedByType == ["driverLoad": 1])
        #expect(driver.loadedDrivers.map(\.fullImageName) == [#"C:\Windows\System32\drivers\WdFilter.sys"#])
        #expect(report.messages.async == [:])
    }

    @Test func `opens and registry records synthesize nothing`() async {
        let driver = driver()
        let registry = [12, 13, 14].map {
            SysmonLine.record($0, ["ProcessGuid": child.guid, "ProcessId": "1000", "Image": "x"])
        }
        let report = await driver.apply([SysmonLine.open(from: parent, to: child)] + registry, .sysmon())
        #expect(report.skipped == ["process-open": 1, "registry": 3])
        #expect(driver.process(1000) == nil)
        #expect(driver.process(900) == nil)
    }

    @Test func `a process that the engine denied is not added again`() async {
        let driver = driver()
        engine.follow { message in
            message.operationName == "CreateProcess"
                ? EngineResult(status: .success, reply: .createProcess(CreateProcessAnswer(accessDenied: true)))
                : .acknowledging(message)
        }
        let report = await driver.apply(
            [SysmonLine.create(child, by: parent), SysmonLine.load(child), SysmonLine.exit(child)],
            .sysmon { $0.createsInitialThreads = true })
        #expect(report.applied == 1)
        #expect(report.skipped == ["denied": 2])
        #expect(driver.process(1000) == nil)
    }

    @Test func `a context that the host created is used for the recording if the second is the same`() async throws {
        let driver = driver()
        var creation = ProcessCreation(imageFileName: "p", processId: 900)
        creation.creationTime = FileTime(ticks: parent.identity.creationTime.ticks + 1234)
        try driver.createProcess(creation) { _ in }
        let report = await driver.apply([SysmonLine.load(parent), SysmonLine.create(child, by: parent)], .sysmon())
        #expect(report.processesSynthesised == 0)
        #expect(driver.process(1000)?.parent.creationTime == creation.creationTime)
    }
}
