import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct UnloadTests {
    private let engine = ScriptedEngine.holding()
    private let timers = ManualTimers()
    private let driver: Driver
    private let drains = Received<DrainResult>()

    init() { driver = Driver.make(engine: engine, timers: timers) }

    private func drain() throws { try driver.drainWorker(timeout: .seconds(5), completion: drains.take) }

    @Test func `ASY-9: unloading waits for the message in hand and reports what is still queued`() throws {
        try driver.queueMessages(3)
        let last = Received<CountersSnapshot>()
        driver.unload(completion: last.take)
        #expect(last.count == 0)
        #expect(driver.workerMode == .stopped)
        engine.acknowledge()
        let counters = try #require(last.values.first)
        #expect(counters.async.sent == 1)
        #expect(counters.queued == 2)
        #expect(counters.inHand == 0)
        #expect(counters.isConserved)
        #expect(engine.waiting.isEmpty)
        #expect(driver.message(2)?.delivery == .queued)
        try driver.queueMessages(1)
        #expect(engine.waiting.isEmpty)
        #expect(driver.counters.queued == 3)
    }

    @Test func `ASY-9: the shutdown event takes precedence over waiting messages`() throws {
        let queue = ManualWorkQueue()
        let engine = ScriptedEngine()
        let driver = Driver.make(engine: engine, workQueue: queue)
        try driver.queueMessages(2)
        let last = Received<CountersSnapshot>()
        driver.unload(completion: last.take)
        queue.runAll()
        #expect(engine.messages.isEmpty)
        #expect(last.values.map(\.queued) == [2])
    }

    @Test func `ASY-9: unloading ends steps, drains and waits`() throws {
        try driver.queueMessages(2)
        try drain()
        try driver.setWorker(paused: true)
        let steps = Received<[WorkerStep]>()
        try driver.stepWorker(count: 1, completion: steps.take)
        let rooms = Received<Bool>()
        let pages = Received<MessagePage>()
        driver.changeConfig { $0.maxAsyncNotificationCount = 1 }
        driver.awaitQueueRoom(completion: rooms.take)
        var query = MessageQuery()
        query.after = 50
        driver.awaitMessages(query, limit: 1, timeout: .seconds(60), completion: pages.take)
        let last = Received<CountersSnapshot>()
        driver.unload(completion: last.take)
        #expect(rooms.values == [false])
        #expect(pages.count == 1)
        #expect(drains.values == [DrainResult(drained: false, remaining: 2)], "the message in hand included")
        engine.acknowledge()
        #expect(steps.values == [[]])
        #expect(last.count == 1)
        #expect(timers.delays.isEmpty)
        driver.awaitQueueRoom(completion: rooms.take)
        driver.awaitMessages(query, limit: 1, timeout: .seconds(60), completion: pages.take)
        #expect(rooms.values == [false, false])
        #expect(pages.count == 2)
    }

    @Test func `ASY-9: every unload ends, and none before the message in hand`() throws {
        let last = Received<CountersSnapshot>()
        try driver.queueMessages(2)
        driver.unload(completion: last.take)
        driver.unload(completion: last.take)
        driver.endWaits()
        #expect(last.count == 0)
        engine.acknowledge()
        #expect(last.values.map(\.inHand) == [0, 0])
        driver.unload(completion: last.take)
        #expect(last.count == 3)
    }

    @Test func `a service that stops ends the waits, and the worker continues`() throws {
        let rooms = Received<Bool>()
        let pages = Received<MessagePage>()
        driver.changeConfig { $0.maxAsyncNotificationCount = 1 }
        try driver.queueMessages(2)
        var query = MessageQuery()
        query.after = 2
        for count in 1...2 {
            if count == 2 { driver.endWaits() }
            try drain()
            driver.awaitQueueRoom(completion: rooms.take)
            driver.awaitMessages(query, limit: 1, timeout: .seconds(60), completion: pages.take)
        }
        #expect(drains.values.map(\.remaining) == [2, 2])
        #expect(rooms.values == [false, false])
        #expect(pages.values.map(\.items.count) == [0, 0])
        #expect(timers.delays.isEmpty)
        while engine.acknowledge() {}
        #expect(driver.counters.async.sent == 2)
    }
}
