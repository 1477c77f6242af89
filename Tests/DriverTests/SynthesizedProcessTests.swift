import Driver
import Messages
import TestSupport
import Testing

@Suite struct SynthesizedProcessTests {
    private let engine = ScriptedEngine()

    @Test func `PRC-2: a synthesized process is not reported, and policies apply to it`() throws {
        let driver = Driver.make(engine: engine)
        driver.rulePolicies = [RulePolicy(imageFileName: "*\\a.exe", rules: .notifyProcessCmdLine)]
        let context = try driver.synthesizeProcess(ProcessCreation(imageFileName: #"C:\A.EXE"#, processId: 100))
        #expect(engine.messages.isEmpty)
        #expect(context == driver.process(100))
        #expect(context.isSynthesized)
        #expect(context.rules == .notifyProcessCmdLine)
        #expect(context.notificationsSent == 0)
        #expect(driver.bootProcesses.isEmpty)
        #expect(driver.counters.createThreadNotifyLock == 1)
    }

    @Test func `PRC-2: a completed process is reported, and keeps its identity and later changes`() throws {
        let driver = Driver.make(engine: engine)
        var guess = ProcessCreation(imageFileName: "a", processId: 100)
        guess.creationTime = FileTime(ticks: 5)
        try driver.synthesizeProcess(guess)
        _ = try driver.changeRules(of: 100, .replace(.notifyImageLoadRule))
        _ = try driver.changeFlags(of: 100, .replace(.trustedProcess))
        var creation = ProcessCreation(imageFileName: "a", processId: 100, parentProcessId: 4)
        creation.creationTime = FileTime(ticks: 5)
        creation.commandLine = "a /x"
        creation.sessionId = 1
        let outcome = Received<ProcessCreationOutcome>()
        try driver.completeProcess(creation, completion: outcome.take)
        let context = try #require(outcome.values.first?.process)
        #expect(!context.isSynthesized)
        #expect(context.processCmdLine == "a /x")
        #expect(context.currentCommandLine == "a /x")
        #expect(context.sessionId == 1)
        #expect(context.rules == .notifyImageLoadRule)
        #expect(context.flags == .trustedProcess)
        #expect(context.identity.creationTime == FileTime(ticks: 5))
        #expect(engine.messages.map(\.kind) == [.direct])
        #expect(engine.messages.first?.imageLoadAndProcess?.commandLine == "a /x")
        #expect(driver.bootProcesses.count == 1)
    }

    @Test func `PRC-5: a process that was synthesized and completed is counted once`() throws {
        let driver = Driver.make(engine: engine)
        var creation = ProcessCreation(imageFileName: "a", processId: 100)
        creation.rules = .notifyProcessCmdLine
        try driver.synthesizeProcess(creation)
        try driver.completeProcess(creation) { _ in }
        #expect(driver.counters.createThreadNotifyLock == 1)
    }

    @Test func `PRC-4: a completed process may be denied`() throws {
        let driver = Driver.make(engine: engine)
        try driver.synthesizeProcess(ProcessCreation(imageFileName: "a", processId: 100))
        engine.follow { _ in
            EngineResult(status: .success, reply: .createProcess(CreateProcessAnswer(accessDenied: true)))
        }
        try driver.completeProcess(ProcessCreation(imageFileName: "a", processId: 100)) { _ in }
        #expect(driver.process(100) == nil)
    }

    @Test func `PRC-2: only a synthesized process is completed, and only once`() throws {
        let driver = Driver.make(engine: engine)
        try driver.makeProcess(100)
        try driver.synthesizeProcess(ProcessCreation(imageFileName: "a", processId: 104))
        let complete = { (processId: UInt32?) in
            try driver.completeProcess(ProcessCreation(imageFileName: "a", processId: processId)) { _ in }
        }
        try complete(104)
        #expect(throws: DriverError.unknownProcess(100)) { try complete(100) }
        #expect(throws: DriverError.unknownProcess(104)) { try complete(104) }
        #expect(throws: DriverError.unknownProcess(108)) { try complete(108) }
        #expect(throws: DriverError.unknownProcess(0)) { try complete(nil) }
        #expect(throws: DriverError.processExists(104)) {
            try driver.synthesizeProcess(ProcessCreation(imageFileName: "a", processId: 104))
        }
        #expect(engine.messages.count == 2)
    }
}
