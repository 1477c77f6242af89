import Driver
import Messages
import TestSupport
import Testing

/// One permit, one message that has it, and others that wait for it.
@Suite struct SyncSemaphoreTests {
    private let engine = ScriptedEngine()
    private let timers = ManualTimers()
    private let queue = ManualWorkQueue()
    private let driver: Driver
    private let records = Received<MessageRecord>()

    init() throws {
        driver = Driver.make(
            .make {
                $0.sendingSyncSemaphoreLimit = 1
                $0.syncMonitorNotificationTimeout = .milliseconds(1000)
            }, engine: engine, timers: timers, workQueue: queue)
        try driver.makeProcess(100)
        engine.follow { _ in nil }
    }

    private func send(_ count: Int) throws {
        for _ in 0..<count {
            try driver.sendSyncNotification(
                .registryEventSync(registryData: []), processId: 100, completion: records.take)
        }
    }

    private var counters: SyncCounters { get throws { try driver.syncCounters(.registryEventSync) } }

    @Test func `SYN-4: a message without a permit waits, and is sent when one is released`() throws {
        try send(2)
        #expect(engine.waiting.count == 1)
        #expect(timers.delays == [.milliseconds(1000)], "who was granted at once needs no timer")
        #expect(driver.messages(MessageQuery(), limit: 9).items.map(\.delivery) == [.sent, .inHand, .inHand])
        engine.acknowledge()
        #expect(engine.waiting.isEmpty, "the next send is the work queue's")
        queue.runAll()
        #expect(engine.waiting.count == 1)
        #expect(timers.delays.isEmpty, "a wait that was granted gives its timer up")
        engine.acknowledge()
        #expect(records.values.map(\.delivery) == [.sent, .sent])
        #expect(try counters.errorCount == 0)
    }

    @Test func `SYN-4: a wait that times out is STATUS_TIMEOUT, but not a timeout of the send`() throws {
        try send(2)
        timers.advance(by: .milliseconds(999))
        #expect(records.count == 0)
        timers.advance(by: .milliseconds(1))
        let record = try #require(records.values.first)
        #expect(record.delivery == .notSent)
        #expect(record.explanation == "SendingSyncSemaphore had no free permit within 1000 ms")
        #expect(record.status == .timeout)
        #expect(record.durationNanoseconds == nil)
        #expect(try counters.errorCount == 1)
        #expect(try counters.errorStatus == .timeout)
        #expect(try counters.ioTimeoutCount == 0)
        #expect(try counters.notificationsCount == 0)
        engine.acknowledge()
        queue.runAll()
        #expect(engine.messages.count == 2, "what was given up is not sent later")
    }

    @Test func `SYN-4: a grant takes precedence over a timeout before the send`() throws {
        try send(2)
        engine.acknowledge()
        timers.advance(by: .seconds(2))
        #expect(records.count == 1)
        queue.runAll()
        engine.acknowledge()
        #expect(records.values.map(\.delivery) == [.sent, .sent])
    }

    @Test(arguments: [EngineResult.failing(.timeout), .failing(.portDisconnected), EngineResult(status: .success)])
    func `SYN-4: the permit is released after every send`(result: EngineResult) throws {
        engine.follow { _ in result }
        try send(50)
        #expect(records.count == 50)
        #expect(try counters.notificationsCount == 50)
    }

    @Test func `SYN-4: a raised limit grants waits`() throws {
        try send(4)
        driver.changeConfig { $0.sendingSyncSemaphoreLimit = 3 }
        queue.runAll()
        #expect(engine.waiting.count == 3)
        driver.changeConfig { $0.sendingSyncSemaphoreLimit = 1 }
        engine.acknowledge()
        engine.acknowledge()
        queue.runAll()
        #expect(engine.waiting.count == 1, "lowered, it holds the fourth until all are back")
        engine.acknowledge()
        queue.runAll()
        #expect(engine.waiting.count == 1)
        engine.acknowledge()
        #expect(records.count == 4)
    }

    @Test func `SYN-4: unloading ends the waits with STATUS_CANCELLED`() throws {
        try send(3)
        driver.unload { _ in }
        queue.runAll()
        #expect(records.values.map(\.status) == [.cancelled, .cancelled])
        #expect(records.values.map(\.delivery) == [.notSent, .notSent])
        #expect(records.values.allSatisfy { $0.explanation == "the driver is unloading" })
        #expect(timers.delays.isEmpty)
        try send(1)
        #expect(records.values.last?.status == .cancelled, "nothing waits any more")
        #expect(try counters.errorCount == 3)
        #expect(try counters.errorStatus == .cancelled)
        engine.acknowledge()
        #expect(records.values.last?.delivery == .sent)
    }

    @Test func `SYN-4: all permits are usable after every way that a wait can end`() throws {
        driver.changeConfig { $0.sendingSyncSemaphoreLimit = 3 }
        try send(9)
        timers.advance(by: .seconds(1))
        try send(4)
        for result in [EngineResult.failing(.timeout), EngineResult(status: .success)] { engine.answer(result) }
        timers.advance(by: .seconds(1))
        queue.runAll()
        driver.changeConfig { $0.sendingSyncSemaphoreLimit = 1 }
        driver.changeConfig { $0.sendingSyncSemaphoreLimit = 3 }
        queue.runAll()
        while engine.acknowledge() { queue.runAll() }
        #expect(records.count == 13)
        try send(4)
        #expect(engine.waiting.count == 3)
    }

    @Test func `SYN-5: a message that waited gets the whole timeout again for its send`() throws {
        try send(2)
        timers.advance(by: .milliseconds(900))
        engine.acknowledge()
        queue.runAll()
        #expect(engine.received.last?.timeout == .milliseconds(1000))
    }

    @Test func `SYN-10: the semaphore is per host: others wait for it, processes without rules do not`() throws {
        try send(1)
        _ = try driver.changeRules(of: 4, .replace([]))
        #expect(try driver.createThreadAtOnce(ThreadCreation(processId: 100)).routines.count == 2)
        #expect(records.count == 0)
    }
}
