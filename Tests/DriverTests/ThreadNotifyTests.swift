import Driver
import Messages
import TestSupport
import Testing

@Suite struct ThreadNotifyTests {
    private let engine = ScriptedEngine()
    private let queue = ManualWorkQueue()
    private let driver: Driver

    init() {
        driver = Driver.make(.make { $0.createThreadNotifyRoutineEx = false }, engine: engine, workQueue: queue)
    }

    /// The report of `MpCreateThreadNotifyRoutine`, the only routine that this host runs for threads.
    private func report(_ creation: ThreadCreation) throws -> RoutineReport {
        let outcome = try driver.createThreadAtOnce(creation)
        #expect(outcome.routines.map(\.routine) == [.createThreadNotify])
        return try #require(outcome.routines.first)
    }

    @Test func `THR-1: the deletion of a thread is checked and ignored`() throws {
        try driver.makeProcess(100, rules: [.notifyNewThreadSameProcess, .notifyNewThreadDifferentProcess])
        let thread = try driver.createThreadAtOnce(ThreadCreation(processId: 100)).thread
        let sent = engine.messages.count
        let reports = try driver.deleteThread(thread.threadId, of: 100)
        #expect(reports.map(\.routine) == [.createThreadNotify])
        #expect(reports.first?.checks == [.create])
        #expect(reports.first?.held == [false])
        #expect(engine.messages.count == sent)
        #expect(queue.count == 0)
    }

    @Test func `THR-1: a thread of System is ignored`() throws {
        try driver.makeProcess(100, rules: .notifyNewThreadDifferentProcess)
        let report = try report(ThreadCreation(processId: 4, creatorProcessId: 100))
        #expect(report.checks == [.create, .targetIsNotSystem])
        #expect(report.held == [true, false])
        #expect(!report.notified)
    }

    @Test func `THR-1: threads created by a system thread are ignored`() throws {
        try driver.makeProcess(100, rules: .notifyNewThreadSameProcess)
        var creation = ThreadCreation(processId: 100)
        creation.creatorIsSystemThread = true
        let report = try report(creation)
        #expect(report.checks == [.create, .targetIsNotSystem, .isNotSystemThread])
        #expect(report.held == [true, true, false])
    }

    @Test func `THR-2: nothing happens if the creator has no context`() throws {
        try driver.makeProcess(100, rules: .notifyNewThreadDifferentProcess)
        let report = try report(ThreadCreation(processId: 100, creatorProcessId: 777))
        #expect(report.checks.last == .creatorContext)
        #expect(report.held == [true, true, true, false])
        #expect(!report.notified)
    }

    @Test func `THR-2: the rules of the creator decide, not those of the target`() throws {
        try driver.makeProcess(100, rules: [.notifyNewThreadSameProcess, .notifyNewThreadDifferentProcess])
        try driver.makeProcess(104)
        let byOther = try report(ThreadCreation(processId: 100, creatorProcessId: 104))
        #expect(!byOther.notified)
        #expect(byOther.checks.suffix(2) == [.sameProcess, .ruleNewThreadDifferentProcess])
        #expect(byOther.held.suffix(2) == [false, false])
        #expect(try report(ThreadCreation(processId: 104, creatorProcessId: 100)).notified)
    }

    @Test(arguments: [ProcessRules.notifyNewThreadDifferentProcess, ProcessRules(rawValue: ~0x1000_0000)])
    func `THR-3: without rule 0x10000000 a thread of the same process is not reported`(rules: ProcessRules) throws {
        try driver.makeProcess(100, rules: rules)
        let report = try report(ThreadCreation(processId: 100))
        #expect(report.checks.suffix(2) == [.sameProcess, .ruleNewThreadSameProcess])
        #expect(report.held.suffix(2) == [true, false])
        #expect(!report.notified)
    }

    @Test func `THR-3: a thread of the same process is reported with both threads and the start address`() throws {
        let context = try driver.makeProcess(100, rules: .notifyNewThreadSameProcess)
        _ = try driver.createThreadAtOnce(created(200, at: 5, by: nil))
        _ = try driver.changeRules(of: 100, .replace(.notifyNewThreadSameProcess))
        var creation = created(204, at: 6, by: 200)
        creation.startAddress = 0x7FFB_DA88_44F0
        let report = try report(creation)
        #expect(report.operations == ["NewThreadSameProcess"])
        let message = try #require(engine.messages.last?.sync)
        #expect(message.currentProcess == context.identity)
        #expect(
            message.data
                == .newThreadSameProcess(
                    ThreadNotifySyncMessage(
                        createdThread: AuxTidCreationTime(threadId: 204, creationTime: FileTime(ticks: 6)),
                        currentThread: AuxTidCreationTime(threadId: 200, creationTime: FileTime(ticks: 5)),
                        process: context.identity, threadStartAddress: 0x7FFB_DA88_44F0)))
        #expect(queue.count == 0, "no asynchronous message follows")
    }

    private func created(_ threadId: UInt32, at ticks: UInt64, by creator: UInt32?) -> ThreadCreation {
        var creation = ThreadCreation(processId: 100, threadId: threadId)
        creation.creationTime = FileTime(ticks: ticks)
        creation.creatorThreadId = creator
        return creation
    }

    @Test func `THR-3: no thread is reported as created by itself`() throws {
        try driver.makeProcess(100)
        for threadId: UInt32 in stride(from: 8, through: 40, by: 4) {
            _ = try driver.changeRules(of: 100, .replace(.notifyNewThreadSameProcess))
            var creation = ThreadCreation(processId: 100, threadId: threadId)
            creation.replacesThread = true
            _ = try driver.createThreadAtOnce(creation)
            guard case .newThreadSameProcess(let data)? = engine.messages.last?.sync?.data else {
                Issue.record("not notified of thread \(threadId)")
                continue
            }
            #expect(data.createdThread.threadId == threadId)
            #expect(data.currentThread.threadId != threadId)
        }
    }

    @Test func `THR-4: a thread of another process is reported synchronously, then asynchronously`() throws {
        let creator = try driver.makeProcess(
            100, rules: .notifyNewThreadDifferentProcess, imageFileName: #"C:\evil.exe"#)
        let target = try driver.makeProcess(104)
        var creation = ThreadCreation(processId: 104, threadId: 200, creatorProcessId: 100)
        creation.creatorThreadId = 300
        let report = try report(creation)
        #expect(report.operations == ["NewThreadDifferentProcess", "CreateThread"])
        #expect(report.messages.map(\.delivery) == [.sent, .queued])
        #expect(engine.messages.last?.sync?.data == .newThreadDifferentProcess(targetProcess: target.identity))
        #expect(engine.messages.last?.sync?.currentProcess == creator.identity)
        queue.runAll()
        #expect(
            engine.messages.last?.async?.body
                == .thread(
                    ThreadNotify(
                        currentProcess: creator.identity, currentThreadId: 300, createdThreadProcess: target.identity,
                        createdThread: AuxTidCreationTime(threadId: 200, creationTime: .none),
                        imageFileName: #"C:\evil.exe"#)))
        #expect(driver.process(100)?.notificationsSent == 2)
    }

    @Test(arguments: [NTStatus.timeout, .portDisconnected])
    func `THR-4: the asynchronous message follows a failed synchronous one`(status: NTStatus) throws {
        try driver.makeProcess(100, rules: .notifyNewThreadDifferentProcess)
        try driver.makeProcess(104)
        engine.follow { _ in .failing(status) }
        let report = try report(ThreadCreation(processId: 104, creatorProcessId: 100))
        #expect(report.messages.map(\.delivery) == [.failed, .queued])
    }

    @Test func `THR-4: the asynchronous message follows a synchronous one that the flag suppressed`() throws {
        try driver.makeProcess(100, rules: .notifyNewThreadDifferentProcess)
        try driver.makeProcess(104)
        driver.changeConfig { $0.syncMonitorNotificationFlag = false }
        let report = try report(ThreadCreation(processId: 104, creatorProcessId: 100))
        #expect(report.messages.map(\.delivery) == [.notSent, .queued])
    }

    @Test func `THR-5: the asynchronous message is sent although the acknowledgment cleared the rule`() throws {
        try driver.makeProcess(100, rules: .notifyNewThreadDifferentProcess)
        try driver.makeProcess(104)
        let report = try report(ThreadCreation(processId: 104, creatorProcessId: 100))
        #expect(report.messages.first?.clearedRule == "NotifyNewThreadDifferentProcess")
        #expect(report.operations == ["NewThreadDifferentProcess", "CreateThread"])
        #expect(driver.process(100)?.rules == [])
        #expect(try !self.report(ThreadCreation(processId: 104, creatorProcessId: 100)).notified)
    }

    @Test func `THR-5: the asynchronous message is sent although the creator exits during the send`() throws {
        let creator = try driver.makeProcess(100, rules: .notifyNewThreadDifferentProcess)
        try driver.makeProcess(104)
        engine.follow { _ in nil }
        let outcome = Received<ThreadCreationOutcome>()
        try driver.createThread(ThreadCreation(processId: 104, creatorProcessId: 100), completion: outcome.take)
        _ = try driver.exitProcess(100)
        engine.follow { .acknowledging($0) }
        let next = try driver.makeProcess(100, rules: .notifyNewThreadDifferentProcess)
        engine.acknowledge()
        let report = try #require(outcome.values.first?.routines.first)
        #expect(report.messages.first?.acknowledged == true)
        #expect(report.messages.first?.clearedRule == nil)
        #expect(report.messages.last?.message.process == creator.identity)
        #expect(driver.process(100) == next, "the next owner of the pid keeps its rule and its count")
    }

    @Test(arguments: [MpIoPriority(), MpIoPriority(ioPriority: 1, threadPriority: 11, pagePriority: 3)])
    func `THR-6: synchronous messages carry the priorities of the creating thread`(priority: MpIoPriority) throws {
        try driver.makeProcess(
            100, rules: [.notifyNewThreadDifferentProcess, .notifyNewThreadSameProcess])
        try driver.makeProcess(104)
        for target: UInt32 in [100, 104] {
            var creation = ThreadCreation(processId: target, creatorProcessId: 100)
            creation.ioPriority = priority
            _ = try driver.createThreadAtOnce(creation)
            #expect(engine.messages.last?.sync?.ioPriority == priority)
        }
    }

    @Test func `THR-6: the priorities default to 2, 8, 5`() {
        let priority = ThreadCreation(processId: 4).ioPriority
        #expect(priority.ioPriority == 2)
        #expect(priority.threadPriority == 8)
        #expect(priority.pagePriority == 5)
    }
}
