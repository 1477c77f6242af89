import Driver
import Messages
import TestSupport
import Testing

@Suite struct ThreadNotifyExTests {
    private let engine = ScriptedEngine()
    private let driver: Driver

    init() { driver = Driver.make(engine: engine) }

    private func exReport(_ creation: ThreadCreation) throws -> RoutineReport {
        let routines = try driver.createThreadAtOnce(creation).routines
        #expect(routines.map(\.routine) == [.createThreadNotify, .createThreadNotifyEx])
        return try #require(routines.last)
    }

    @Test func `TEX-1: nothing is checked while the lock is 0`() throws {
        try driver.makeProcess(100)
        _ = try driver.changeRules(of: 100, .replace(.notifyProcessCmdLine))
        let report = try exReport(ThreadCreation(processId: 100))
        #expect(report.checks == [.createThreadNotifyLock])
        #expect(report.held == [false])
    }

    @Test func `TEX-1: a deletion is ignored`() throws {
        try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        try driver.makeProcess(104)
        let thread = try driver.createThreadAtOnce(ThreadCreation(processId: 104)).thread
        let report = try #require(try driver.deleteThread(thread.threadId, of: 104).last)
        #expect(report.checks == [.createThreadNotifyLock, .createEx])
        #expect(report.held == [true, false])
    }

    @Test func `TEX-1: System is ignored`() throws {
        try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        let report = try exReport(ThreadCreation(processId: 4))
        #expect(report.checks == [.createThreadNotifyLock, .createEx, .currentIsNotSystem])
        #expect(report.held == [true, true, false])
    }

    @Test func `TEX-1: the context needs flag 0x400`() throws {
        try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        _ = try driver.changeFlags(of: 100, .replace([]))
        let report = try exReport(ThreadCreation(processId: 100))
        #expect(report.checks.last == .flagThreadNotifyRoutineExSet)
        #expect(report.held.last == false)
        #expect(driver.counters.createThreadNotifyLock == 1)
    }

    @Test func `TEX-1: the context needs rule 0x20000000`() throws {
        try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        _ = try driver.changeRules(of: 100, .replace([]))
        let report = try exReport(ThreadCreation(processId: 100))
        #expect(
            report.checks == [
                .createThreadNotifyLock, .createEx, .currentIsNotSystem, .currentContext, .flagThreadNotifyRoutineExSet,
                .ruleNotifyProcessCmdLine,
            ])
        #expect(report.held == [true, true, true, true, true, false])
        #expect(driver.process(100)?.flags.contains(.threadNotifyRoutineExSet) == true)
    }

    @Test func `TEX-1: the target's context decides, whoever creates the thread`() throws {
        try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        try driver.makeProcess(104)
        _ = try driver.setCurrentCommandLine(of: 100, "evil")
        #expect(try !exReport(ThreadCreation(processId: 104, creatorProcessId: 100)).notified)
        #expect(try exReport(ThreadCreation(processId: 100, creatorProcessId: 104)).notified)
    }

    @Test func `TEX-1: on a host without the Ex routine it does not run`() throws {
        let driver = Driver.make(.make { $0.createThreadNotifyRoutineEx = false })
        try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        let routines = try driver.createThreadAtOnce(ThreadCreation(processId: 100)).routines
        #expect(routines.map(\.routine) == [.createThreadNotify])
    }

    @Test func `TEX-2: a tampered command line is reported once, with both lines`() throws {
        let context = try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        _ = try driver.setCurrentCommandLine(of: 100, "evil")
        let report = try exReport(ThreadCreation(processId: 100))
        #expect(report.operations == ["NewThreadAndCmdLine"])
        #expect(report.checks.last == .commandLineDiffers)
        let message = try #require(engine.messages.last?.sync)
        #expect(message.currentProcess == context.identity)
        #expect(
            message.data == .newThreadAndCmdLine(commandLine: #"C:\app.exe"#, currentCommandLine: "evil"))
        #expect(driver.counters.createThreadNotifyLock == 0)
        #expect(driver.process(100)?.flags.contains(.threadNotifyRoutineExSet) == false)
        _ = try driver.changeRules(of: 100, .replace(.notifyProcessCmdLine))
        try driver.makeProcess(104, rules: .notifyProcessCmdLine)
        let again = try exReport(ThreadCreation(processId: 100))
        #expect(again.checks.last == .flagThreadNotifyRoutineExSet)
        #expect(!again.notified)
    }

    @Test func `TEX-2: an untouched command line sends nothing but still uses up the process`() throws {
        try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        let report = try exReport(ThreadCreation(processId: 100))
        #expect(report.checks.last == .commandLineDiffers)
        #expect(report.held.last == false)
        #expect(!report.notified)
        #expect(driver.counters.createThreadNotifyLock == 0)
        #expect(driver.process(100)?.flags.contains(.threadNotifyRoutineExSet) == false)
        #expect(driver.process(100)?.rules == .notifyProcessCmdLine)
    }

    @Test(arguments: [("e\u{301}", "\u{E9}"), ("K", "\u{212A}"), ("a", "A"), ("a", "a "), ("a", "")])
    func `TEX-2: command lines are compared unit by unit`(captured: UnicodeString, current: UnicodeString) throws {
        var creation = ProcessCreation(imageFileName: "a", processId: 100)
        creation.commandLine = captured
        creation.rules = .notifyProcessCmdLine
        _ = try driver.createProcessAtOnce(creation)
        _ = try driver.setCurrentCommandLine(of: 100, current)
        #expect(try exReport(ThreadCreation(processId: 100)).notified)
    }

    @Test func `TEX-2: the lock counts processes, and any that qualifies decrements it`() throws {
        try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        try driver.makeProcess(104)
        _ = try driver.changeRules(of: 104, .replace(.notifyProcessCmdLine))
        _ = try exReport(ThreadCreation(processId: 104))
        #expect(driver.counters.createThreadNotifyLock == 0)
        #expect(try exReport(ThreadCreation(processId: 100)).checks == [.createThreadNotifyLock])
        #expect(driver.counters.createThreadNotifyLock == 0, "it never goes below 0")
    }

    @Test func `TEX-2: a late acknowledgment does not touch the next owner of the pid`() throws {
        try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        _ = try driver.setCurrentCommandLine(of: 100, "evil")
        engine.follow { _ in nil }
        let outcome = Received<ThreadCreationOutcome>()
        try driver.createThread(ThreadCreation(processId: 100), completion: outcome.take)
        let waiting = engine.waiting
        _ = try driver.exitProcess(100)
        engine.follow { .acknowledging($0) }
        let next = try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        engine.acknowledge(waiting.first)
        #expect(outcome.count == 1)
        #expect(driver.process(100) == next)
        #expect(driver.counters.createThreadNotifyLock == 1)
    }

    @Test func `TEX-3: the first routine ends, including its answer, before the Ex routine checks`() throws {
        try driver.makeProcess(100, rules: .notifyNewThreadDifferentProcess)
        try driver.makeProcess(104, rules: .notifyProcessCmdLine)
        engine.follow { _ in nil }
        let outcome = Received<ThreadCreationOutcome>()
        try driver.createThread(ThreadCreation(processId: 104, creatorProcessId: 100), completion: outcome.take)
        _ = try driver.setCurrentCommandLine(of: 104, "evil")
        #expect(driver.counters.createThreadNotifyLock == 1)
        engine.acknowledge(driver.messages(MessageQuery(), limit: 100).items.last?.message.sequence)
        #expect(driver.counters.createThreadNotifyLock == 0)
        while engine.acknowledge() {}
        let routines = try #require(outcome.values.first).routines
        #expect(
            routines.map(\.operations) == [["NewThreadDifferentProcess", "CreateThread"], ["NewThreadAndCmdLine"]])
    }

    @Test func `TEX-3: a target that exits meanwhile has no context for the Ex routine`() throws {
        try driver.makeProcess(100, rules: .notifyNewThreadDifferentProcess)
        try driver.makeProcess(104, rules: .notifyProcessCmdLine)
        engine.follow { _ in nil }
        let outcome = Received<ThreadCreationOutcome>()
        try driver.createThread(ThreadCreation(processId: 104, creatorProcessId: 100), completion: outcome.take)
        let waiting = engine.waiting
        _ = try driver.exitProcess(104)
        engine.follow { .acknowledging($0) }
        try driver.makeProcess(104, rules: .notifyProcessCmdLine)
        engine.acknowledge(waiting.first)
        let ex = try #require(outcome.values.first?.routines.last)
        #expect(ex.checks.last == .currentContext)
        #expect(ex.held.last == false)
        #expect(driver.process(104)?.flags.contains(.threadNotifyRoutineExSet) == true)
    }
}
