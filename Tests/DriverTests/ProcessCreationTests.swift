import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct ProcessCreationTests {
    @Test(arguments: [true, false])
    func `PRC-1: flag 0x400 is set if PsSetCreateThreadNotifyRoutineEx exists`(exists: Bool) throws {
        let driver = Driver.make(.make { $0.createThreadNotifyRoutineEx = exists })
        #expect(try driver.makeProcess(100).flags.contains(.threadNotifyRoutineExSet) == exists)
    }

    @Test func `PRC-2: creation sends CreateProcess directly, with the creation's timeout`() throws {
        let engine = ScriptedEngine()
        let queue = ManualWorkQueue()
        let driver = Driver.make(
            .make { $0.maxProcessCreationMessageTimeout = .milliseconds(1234) }, engine: engine, workQueue: queue)
        var creation = ProcessCreation(imageFileName: #"C:\svchost.exe"#, processId: 100)
        creation.commandLine = "x"
        creation.sessionId = 2
        creation.token = ProcessToken(elevationType: 2, elevation: 1, integrityLevel: 0x3000)
        let outcome = try driver.createProcessAtOnce(creation)
        let delivery = try #require(engine.received.first)
        #expect(queue.count == 0, "the async queue has no part in it")
        #expect(delivery.timeout == .milliseconds(1234))
        #expect(delivery.message.kind == .direct)
        #expect(delivery.message.process == outcome.process?.identity)
        #expect(delivery.message.async?.operation == .createProcess)
        let notify = try #require(delivery.message.imageLoadAndProcess)
        let context = try #require(outcome.process)
        #expect(notify.createFlag)
        #expect(notify.currentProcess == context.identity)
        #expect(notify.parentProcess == context.parent)
        #expect(notify.creatorProcess == context.creator)
        #expect(notify.imageFileName == #"C:\svchost.exe"#)
        #expect(notify.commandLine == "x")
        #expect(notify.sessionId == 2)
        #expect(notify.token == creation.token)
        #expect(outcome.routines.map(\.routine) == [.createProcessNotifyEx])
        #expect(
            outcome.routines.first?.checks == [
                .createInfo, .hasCreateThreadNotifyRoutineEx, .accessDenied, .ruleNotifyProcessCmdLineAtCreation,
            ])
    }

    @Test func `PRC-2: the creator waits for the answer while others continue`() throws {
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(engine: engine)
        let outcome = Received<ProcessCreationOutcome>()
        try driver.createProcess(ProcessCreation(imageFileName: "a", processId: 100), completion: outcome.take)
        #expect(outcome.count == 0)
        #expect(driver.process(100) != nil, "the context is there before the engine is told")
        engine.follow { .acknowledging($0) }
        try driver.makeProcess(104)
        #expect(outcome.count == 0)
        engine.acknowledge()
        #expect(outcome.count == 1)
    }

    @Test func `PRC-3: the reply replaces rules and flags, and 0x400 stays`() throws {
        let reply = CreateProcessAnswer(processFlags: 0x40, processRules: 0x8000_0001)
        let driver = Driver.make(
            engine: ScriptedEngine { _ in
                EngineResult(status: .success, reply: .createProcess(reply))
            })
        let context = try driver.makeProcess(100, rules: .notifyImageLoadRule, flags: .friendlyProcess)
        #expect(context.rules.rawValue == 0x8000_0001)
        #expect(context.flags.rawValue == 0x440)
    }

    @Test func `PRC-3: zero rules and flags in the reply leave both alone`() throws {
        let driver = Driver.make(
            engine: ScriptedEngine { _ in
                EngineResult(status: .success, reply: .createProcess(CreateProcessAnswer()))
            })
        let context = try driver.makeProcess(100, rules: .notifyImageLoadRule, flags: .friendlyProcess)
        #expect(context.rules == .notifyImageLoadRule)
        #expect(context.flags.rawValue == 0x420)
        #expect(driver.counters.direct.fltSendMessageReplyBufferMismatch == 0)
    }

    @Test func `PRC-3: a binary reply denies with byte 0x48`() throws {
        var bytes = [UInt8](repeating: 0, count: 0x60)
        (bytes[0], bytes[2], bytes[0x48]) = (0x5D, 0x60, 0x80)
        let reply = EngineReply.bytes(bytes)
        let driver = Driver.make(engine: ScriptedEngine { _ in EngineResult(status: .success, reply: reply) })
        let outcome = try driver.createProcessAtOnce(ProcessCreation(imageFileName: "a", processId: 100))
        #expect(outcome.process == nil)
        #expect(outcome.routines.first?.held == [true, true, true])
    }

    @Test(arguments: [
        EngineReply.unreadable(ReplyFault("x")), .sync(ReplySyncMessage(operationType: 0)), .bytes([]),
        .bytes([UInt8](repeating: 0x5D, count: 0x60)), .bytes([0x5D, 0, 0x60] + [UInt8](repeating: 1, count: 0x5C)),
    ])
    func `PRC-3: an invalid reply to CreateProcess counts as a mismatch and changes nothing`(reply: EngineReply) throws
    {
        let driver = Driver.make(engine: ScriptedEngine { _ in EngineResult(status: .success, reply: reply) })
        let context = try driver.makeProcess(100, rules: .notifyImageLoadRule)
        #expect(context.rules == .notifyImageLoadRule)
        let direct = driver.counters.direct
        #expect(direct.fltSendMessageReplyBufferMismatch == 1)
        #expect(direct.fltSendMessageError == 0)
        #expect(direct.fltSendMessageCount == 1)
    }

    @Test func `PRC-3: an empty reply allows the process and is not a mismatch`() throws {
        let driver = Driver.make(engine: ScriptedEngine { _ in EngineResult(status: .success) })
        try driver.makeProcess(100)
        #expect(driver.counters.direct.fltSendMessageReplyBufferMismatch == 0)
    }

    @Test(arguments: [NTStatus.timeout, .portDisconnected, .unsuccessful, .bufferOverflow])
    func `PRC-3: a send that fails never blocks the creation`(status: NTStatus) throws {
        let denial = EngineReply.createProcess(CreateProcessAnswer(accessDenied: true, processRules: 1))
        let driver = Driver.make(engine: ScriptedEngine { _ in EngineResult(status: status, reply: denial) })
        let outcome = try driver.createProcessAtOnce(ProcessCreation(imageFileName: "a", processId: 100))
        #expect(outcome.process?.rules == [])
        #expect(driver.process(100) != nil)
        #expect(outcome.routines.first?.messages.first?.delivery == .failed)
        #expect(outcome.routines.first?.messages.first?.status == status)
    }

    @Test func `PRC-4: a denied process is removed, with its ids and threads`() throws {
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(engine: engine)
        let outcome = Received<ProcessCreationOutcome>()
        try driver.createProcess(ProcessCreation(imageFileName: "a"), completion: outcome.take)
        try driver.createThread(ThreadCreation(processId: 8)) { _ in }
        engine.answer(
            EngineResult(status: .success, reply: .createProcess(CreateProcessAnswer(accessDenied: true))))
        #expect(outcome.values.first?.process == nil)
        #expect(driver.process(8) == nil)
        #expect(driver.bootProcesses.isEmpty)
        #expect(driver.counters.processes == 1)
        engine.follow { .acknowledging($0) }
        let next = try driver.createProcessAtOnce(ProcessCreation(imageFileName: "b"))
        #expect(next.process?.identity.processId == 8)
        #expect(try driver.createThreadAtOnce(ThreadCreation(processId: 8)).thread.threadId == 16)
    }

    @Test func `PRC-5: a process with rule 0x20000000 is counted in CreateThreadNotifyLock`() throws {
        let driver = Driver.make()
        try driver.makeProcess(100)
        #expect(driver.counters.createThreadNotifyLock == 0)
        try driver.makeProcess(104, rules: .notifyProcessCmdLine)
        #expect(driver.counters.createThreadNotifyLock == 1)
    }

    @Test func `PRC-5: the rule after the engine's reply decides`() throws {
        let driver = Driver.make(
            engine: ScriptedEngine { message in
                let rules: UInt32 = message.process?.processId == 100 ? 0x2000_0000 : 0x1
                return EngineResult(
                    status: .success, reply: .createProcess(CreateProcessAnswer(processRules: rules)))
            })
        try driver.makeProcess(100)
        #expect(driver.counters.createThreadNotifyLock == 1)
        try driver.makeProcess(104, rules: .notifyProcessCmdLine)
        #expect(driver.counters.createThreadNotifyLock == 1, "the reply took the rule away")
    }

    @Test func `PRC-5: setting the rule later does not touch the lock`() throws {
        let driver = Driver.make()
        try driver.makeProcess(100)
        _ = try driver.changeRules(of: 100, .replace(.notifyProcessCmdLine))
        #expect(driver.counters.createThreadNotifyLock == 0)
    }

    @Test func `PRC-5: without the Ex routine nothing is counted`() throws {
        let driver = Driver.make(.make { $0.createThreadNotifyRoutineEx = false })
        try driver.makeProcess(100, rules: .notifyProcessCmdLine)
        #expect(driver.counters.createThreadNotifyLock == 0)
    }

    @Test func `PRC-6: direct sends are counted with their time and last error`() throws {
        let clock = ManualClock()
        let engine = ScriptedEngine { _ in
            clock.advance(by: .milliseconds(3))
            return .failing(.timeout)
        }
        let driver = Driver.make(engine: engine, clock: clock)
        try driver.makeProcess(100)
        engine.follow { _ in .failing(.portDisconnected) }
        try driver.makeProcess(104)
        engine.follow { .acknowledging($0) }
        try driver.makeProcess(108)
        let direct = driver.counters.direct
        #expect(direct.fltSendMessageCount == 3)
        #expect(direct.totalTimeNanoseconds == 3_000_000)
        #expect(direct.fltSendMessageError == 2)
        #expect(direct.fltSendMessageErrorCode == .portDisconnected, "a success does not take the last error away")
        #expect(direct.fltSendMessageStatusTimeout == 1)
        #expect(driver.message(1)?.durationNanoseconds == 3_000_000)
    }

    @Test func `PRC-7, COR-8: exit removes the context and queues CreateProcess with CreateFlag 0`() throws {
        let engine = ScriptedEngine()
        let queue = ManualWorkQueue()
        let driver = Driver.make(engine: engine, workQueue: queue)
        let context = try driver.makeProcess(100)
        let report = try #require(try driver.exitProcess(100).first)
        #expect(driver.process(100) == nil)
        #expect(report.checks == [.createInfo])
        #expect(report.held == [false])
        #expect(report.messages.map(\.delivery) == [.queued])
        #expect(driver.queues(entries: 9).normal.map(\.record.message.sequence) == [2])
        queue.runAll()
        let message = try #require(engine.messages.last)
        #expect(message.kind == .async)
        #expect(message.imageLoadAndProcess?.createFlag == false)
        #expect(message.imageLoadAndProcess?.currentProcess == context.identity)
        #expect(message.imageLoadAndProcess?.imageFileName == context.imageFileName)
    }

    @Test func `PRC-7: events for an exited pid have no context until it is created again`() throws {
        let driver = Driver.make()
        try driver.makeProcess(100)
        _ = try driver.exitProcess(100)
        #expect(throws: DriverError.unknownProcess(100)) { try driver.exitProcess(100) }
        #expect(throws: DriverError.unknownProcess(100)) {
            try driver.createThreadAtOnce(ThreadCreation(processId: 100))
        }
        #expect(throws: DriverError.unknownProcess(100)) {
            try driver.loadImageAtOnce(ImageLoad(processId: 100, fullImageName: "a"))
        }
        try driver.makeProcess(100)
        #expect(try driver.createThreadAtOnce(ThreadCreation(processId: 100)).processId == 100)
    }

    @Test func `PRC-8: the first 50 created processes are boot processes`() throws {
        let driver = Driver.make()
        for index in 0..<60 {
            var creation = ProcessCreation(imageFileName: "image \(index)")
            creation.commandLine = "line \(index)"
            _ = try driver.createProcessAtOnce(creation)
            if index == 3 { _ = try driver.exitProcess(8) }
        }
        let boot = driver.bootProcesses
        #expect(boot.map(\.imageFileName) == (0..<50).map { "image \($0)" })
        #expect(boot.map(\.commandLine) == (0..<50).map { "line \($0)" })
        #expect(boot.allSatisfy { $0.flag == 3 && $0.parent.processId == 4 })
    }

    @Test func `PRC-1: a pid and a creation time stand for one process, also if the clock stands still`() throws {
        let clock = ManualClock()
        let engine = ScriptedEngine()
        let driver = Driver.make(engine: engine, clock: clock)
        let start = clock.now()
        let first = try driver.makeProcess(100).identity
        _ = try driver.exitProcess(100)
        #expect(try driver.makeProcess(104).identity.creationTime == start, "another pid is not concerned")
        let second = try driver.makeProcess(100).identity
        _ = try driver.exitProcess(100)
        let denial = EngineReply.createProcess(CreateProcessAnswer(accessDenied: true))
        engine.follow { _ in EngineResult(status: .success, reply: denial) }
        let third = try driver.createProcessAtOnce(ProcessCreation(imageFileName: "a", processId: 100))
        #expect(third.process == nil)
        engine.follow { .acknowledging($0) }
        let fourth = try driver.makeProcess(100).identity
        #expect([first, second, fourth].map(\.creationTime) == [0, 1, 3].map { start.later(by: $0) })
        _ = try driver.exitProcess(100)
        clock.advance(by: .seconds(1))
        #expect(try driver.makeProcess(100).identity.creationTime == clock.now())
    }

    @Test func `PRC-1: a creation time of the caller is kept`() throws {
        let clock = ManualClock()
        let driver = Driver.make(clock: clock)
        var creation = ProcessCreation(imageFileName: "a", processId: 100)
        for _ in 0..<2 {
            creation.creationTime = clock.now()
            #expect(try driver.createProcessAtOnce(creation).process?.identity.creationTime == clock.now())
            _ = try driver.exitProcess(100)
        }
    }

    @Test func `what is kept of processes that ended is bounded`() {
        var ended = EndedProcesses()
        let now = FileTime.unixEpoch
        for processId in 0..<UInt32(200_000) {
            ended.add(AuxPidCreationTime(processId: processId, creationTime: now), endedAt: now)
            #expect(ended.creationTime(of: processId, at: now) == now.later(by: 1))
        }
        #expect(ended.count <= 65_536)
        #expect(ended.creationTime(of: 199_999, at: now.later(by: 1)) == now.later(by: 1))
        #expect(ended.count == 0)
    }
}
