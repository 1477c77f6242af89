import Driver
import Messages
import TestSupport
import Testing

@Suite struct ProcessCreationRaceTests {
    private let engine = ScriptedEngine.holding()

    private func createAndHold(_ driver: Driver, rules: ProcessRules = []) throws -> Received<ProcessCreationOutcome> {
        let outcome = Received<ProcessCreationOutcome>()
        var creation = ProcessCreation(imageFileName: "first", processId: 100)
        creation.creationTime = FileTime(ticks: 1)
        creation.rules = rules
        try driver.createProcess(creation, completion: outcome.take)
        return outcome
    }

    @Test func `PRC-4: a late denial does not touch the next owner of the pid`() throws {
        let driver = Driver.make(engine: engine)
        let outcome = try createAndHold(driver)
        _ = try driver.exitProcess(100)
        let creation = engine.waiting
        engine.follow { .acknowledging($0) }
        let next = try driver.makeProcess(100)
        let denial = CreateProcessAnswer(accessDenied: true, processFlags: 0xFFFF, processRules: 0xFFFF)
        engine.answer(EngineResult(status: .success, reply: .createProcess(denial)), to: creation.first)
        #expect(outcome.count == 1)
        #expect(outcome.values.first?.process == nil)
        #expect(driver.process(100) == next)
    }

    @Test func `PRC-3: late rules and flags do not touch the next owner of the pid`() throws {
        let driver = Driver.make(engine: engine)
        let outcome = try createAndHold(driver)
        _ = try driver.exitProcess(100)
        let creation = engine.waiting
        engine.follow { .acknowledging($0) }
        let next = try driver.makeProcess(100)
        let reply = CreateProcessAnswer(processFlags: 0xFFFF, processRules: 0x2000_0000)
        engine.answer(EngineResult(status: .success, reply: .createProcess(reply)), to: creation.first)
        #expect(outcome.values.first?.process?.identity.creationTime == FileTime(ticks: 1))
        #expect(driver.process(100) == next)
        #expect(driver.counters.createThreadNotifyLock == 0, "the process that asked for it is gone")
    }

    @Test func `PRC-5: a process that exits during its own creation is not counted`() throws {
        let driver = Driver.make(engine: engine)
        let outcome = try createAndHold(driver, rules: .notifyProcessCmdLine)
        _ = try driver.exitProcess(100)
        while engine.acknowledge() {}
        #expect(outcome.values.first?.process != nil)
        #expect(driver.process(100) == nil)
        #expect(driver.counters.createThreadNotifyLock == 0)
    }

    @Test func `PRC-2: a pid is taken from the start of its creation`() throws {
        let driver = Driver.make(engine: engine)
        _ = try createAndHold(driver)
        #expect(throws: DriverError.processExists(100)) {
            try driver.createProcess(ProcessCreation(imageFileName: "b", processId: 100)) { _ in }
        }
        #expect(engine.messages.count == 1)
    }

    @Test func `PRC-3: a creation that is not answered in time is allowed`() throws {
        let driver = Driver.make(engine: engine)
        let outcome = try createAndHold(driver, rules: .notifyImageLoadRule)
        engine.answer(.failing(.timeout))
        #expect(outcome.values.first?.process?.rules == .notifyImageLoadRule)
        #expect(driver.counters.direct.fltSendMessageStatusTimeout == 1)
    }

    @Test func `PRC-3: the reply to a creation replaces the word that a client changed meanwhile`() throws {
        let driver = Driver.make(engine: engine)
        let outcome = try createAndHold(driver)
        _ = try driver.changeRules(of: 100, .replace(.allowedToInjectCode))
        engine.acknowledge()
        #expect(outcome.values.first?.process?.rules == .allowedToInjectCode)
    }
}
