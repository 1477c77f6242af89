import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct AsyncWorkerTests {
    private let engine = ScriptedEngine.holding()
    private let timers = ManualTimers()
    private let driver: Driver
    private let steps = Received<[WorkerStep]>()
    private let drains = Received<DrainResult>()

    init() { driver = Driver.make(engine: engine, timers: timers) }

    private func step(_ count: Int) throws { try driver.stepWorker(count: count, completion: steps.take) }

    private func drain() throws { try driver.drainWorker(timeout: .seconds(5), completion: drains.take) }

    private var stepped: [[UInt64]] { steps.values.map { $0.map(\.record.message.sequence) } }

    @Test func `ASY-5: the worker has one message in hand at a time`() throws {
        try driver.queueMessages(3)
        #expect(engine.waiting == [1])
        #expect(driver.counters.inHand == 1)
        #expect(driver.message(1)?.delivery == .inHand)
        #expect(driver.message(2)?.delivery == .queued)
        engine.acknowledge()
        #expect(engine.waiting == [2])
    }

    @Test func `ASY-5: 10,000 queued messages and an engine that answers at once do not overflow the stack`()
        throws
    {
        let queue = ManualWorkQueue()
        let engine = ScriptedEngine()
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 20_000 }, engine: engine, workQueue: queue)
        try driver.queueMessages(10_000)
        queue.runAll()
        #expect(driver.counters.async.sent == 10_000)
        #expect(engine.messages.map(\.sequence) == Array(1...10_000))
    }

    @Test func `ASY-5: 10,000 messages that wait for one permit do not overflow the stack`() throws {
        let queue = ManualWorkQueue()
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(.make { $0.sendingSyncSemaphoreLimit = 1 }, engine: engine, workQueue: queue)
        let records = Received<MessageRecord>()
        for _ in 0..<10_000 {
            try driver.sendSyncNotification(
                .registryEventSync(registryData: []), processId: 4, completion: records.take)
        }
        engine.follow { .acknowledging($0) }
        engine.acknowledge()
        queue.runAll()
        #expect(records.values.map(\.message.sequence) == Array(1...10_000))
    }

    @Test func `ASY-6: the worker uses the starvation limit of the configuration`() throws {
        try driver.setWorker(paused: true)
        try driver.queueMessages(3)
        try driver.queueMessages(5, highPriority: true)
        driver.changeConfig { $0.asyncStarvationLimit = 2 }
        engine.follow { .acknowledging($0) }
        try driver.setWorker(paused: false)
        #expect(engine.messages.map(\.sequence) == [4, 5, 1, 6, 7, 2, 8, 3])
    }

    @Test func `ASY-5: a paused worker finishes the message in hand and takes no other`() throws {
        try driver.queueMessages(2)
        try driver.setWorker(paused: true)
        #expect(driver.workerMode == .paused)
        engine.acknowledge()
        #expect(driver.message(1)?.delivery == .sent)
        #expect(engine.waiting.isEmpty)
        try driver.setWorker(paused: false)
        #expect(engine.waiting == [2])
    }

    @Test func `ASY-5: pausing and resuming while a message is in hand takes no second one`() throws {
        try driver.queueMessages(3)
        try driver.setWorker(paused: true)
        try driver.setWorker(paused: false)
        #expect(engine.waiting == [1])
        engine.acknowledge()
        #expect(engine.waiting == [2])
    }

    @Test func `ASY-6: steps take as many messages as requested`() throws {
        try driver.setWorker(paused: true)
        try driver.queueMessages(4)
        try step(2)
        #expect(engine.waiting == [1])
        engine.acknowledge()
        #expect(steps.count == 0)
        engine.answer(.failing(.timeout))
        #expect(stepped == [[1, 2]])
        #expect(steps.values.first?.map(\.record.delivery) == [.sent, .failed])
        #expect(engine.waiting.isEmpty)
    }

    @Test func `ASY-6: a message that was in hand before the pause is not a step`() throws {
        try driver.queueMessages(3)
        try driver.setWorker(paused: true)
        try step(1)
        #expect(engine.waiting == [1])
        engine.acknowledge()
        #expect(steps.count == 0)
        #expect(engine.waiting == [2])
        engine.acknowledge()
        #expect(stepped == [[2]])
        #expect(engine.waiting.isEmpty)
    }

    @Test func `ASY-6: two step requests are served one after the other`() throws {
        try driver.setWorker(paused: true)
        try driver.queueMessages(4)
        try step(1)
        try step(2)
        while engine.acknowledge() {}
        #expect(stepped == [[1], [2, 3]])
    }

    @Test func `ASY-6: each step says which list it took from, why, and how the counter changed`() throws {
        let driver = Driver.make(.make { $0.asyncStarvationLimit = 2 })
        try driver.setWorker(paused: true)
        try driver.queueMessages(5, highPriority: true)
        try driver.queueMessages(2)
        try driver.stepWorker(count: 8, completion: steps.take)
        let choices = try #require(steps.values.first).map(\.choice)
        #expect(
            choices.map(\.reason) == [
                .highPriorityFirst, .highPriorityFirst, .starvationLimit, .highPriorityFirst, .highPriorityFirst,
                .starvationLimit, .highPriorityFirst,
            ])
        #expect(choices.map(\.isHighPriority) == [true, true, false, true, true, false, true])
        #expect(choices.map(\.counterBefore) == [0, 1, 2, 0, 1, 2, 0])
        #expect(choices.map(\.counterAfter) == [1, 2, 0, 1, 2, 0, 1])
        #expect(Set(choices.map(\.limit)) == [2])
        try driver.queueMessages(2, highPriority: true)
        try driver.stepWorker(count: 2, completion: steps.take)
        #expect(steps.values.last?.map(\.choice.reason) == [.highPriorityFirst, .normalListEmpty])
        try driver.queueMessages(1)
        try driver.stepWorker(count: 1, completion: steps.take)
        #expect(steps.values.last?.map(\.choice.reason) == [.highPriorityListEmpty])
    }

    @Test func `ASY-6: steps end early when the queue runs empty`() throws {
        try driver.setWorker(paused: true)
        try step(3)
        #expect(stepped == [[]])
        try driver.queueMessages(1)
        try step(3)
        #expect(steps.count == 1)
        engine.acknowledge()
        #expect(stepped == [[], [1]])
        try step(0)
        #expect(stepped == [[], [1], []])
    }

    @Test func `ASY-6: steps end when the worker is resumed, with the messages they took`() throws {
        try driver.setWorker(paused: true)
        try driver.queueMessages(3)
        try step(3)
        try step(1)
        try driver.setWorker(paused: false)
        #expect(steps.count == 0, "their message is still in hand")
        engine.acknowledge()
        #expect(stepped == [[1], []])
        while engine.acknowledge() {}
        #expect(driver.counters.async.sent == 3)
    }

    @Test func `ASY-6: steps require a paused worker`() throws {
        #expect(throws: DriverError.workerRunning) { try step(1) }
        driver.unload { _ in }
        #expect(throws: DriverError.workerStopped) { try step(1) }
        #expect(throws: DriverError.workerStopped) { try driver.setWorker(paused: true) }
        #expect(throws: DriverError.workerStopped) { try drain() }
        #expect(steps.count == 0)
    }

    @Test func `ASY-7: a drain ends when nothing is queued or in hand`() throws {
        try drain()
        #expect(drains.values == [DrainResult(drained: true, remaining: 0)])
        try driver.queueMessages(2)
        try drain()
        engine.acknowledge()
        #expect(drains.count == 1)
        engine.answer(.failing(.timeout))
        #expect(drains.values.last == DrainResult(drained: true, remaining: 0))
        #expect(timers.delays.isEmpty)
    }

    @Test func `ASY-7: a drain reports what remains at its timeout`() throws {
        try driver.queueMessages(3)
        try drain()
        timers.advance(by: .seconds(5))
        #expect(drains.values == [DrainResult(drained: false, remaining: 3)], "the one in hand included")
        while engine.acknowledge() {}
        #expect(drains.count == 1)
    }

    @Test func `ASY-7: a drain continues while the worker is paused, and steps may end it`() throws {
        try driver.queueMessages(2)
        try drain()
        try driver.setWorker(paused: true)
        #expect(throws: DriverError.workerPaused) { try drain() }
        engine.acknowledge()
        #expect(drains.count == 0)
        try step(1)
        engine.acknowledge()
        #expect(drains.values == [DrainResult(drained: true, remaining: 0)])
    }

    @Test func `ASY-7: several drains end together`() throws {
        try driver.queueMessages(1)
        try drain()
        try drain()
        engine.acknowledge()
        #expect(drains.values == [DrainResult(drained: true, remaining: 0), DrainResult(drained: true, remaining: 0)])
    }

    @Test func `ASY-3: a wait for room ends when a message is taken or the limit is raised`() throws {
        driver.changeConfig { $0.maxAsyncNotificationCount = 1 }
        let rooms = Received<Bool>()
        driver.awaitQueueRoom(completion: rooms.take)
        #expect(rooms.values == [true], "there is some now")
        try driver.queueMessages(2)
        driver.awaitQueueRoom(completion: rooms.take)
        #expect(rooms.count == 1)
        engine.acknowledge()
        #expect(rooms.values == [true, true])
        try driver.queueMessages(1)
        driver.awaitQueueRoom(completion: rooms.take)
        driver.changeConfig { $0.maxAsyncNotificationCount = 2 }
        #expect(rooms.values == [true, true, true])
    }
}
