import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct BatchTests {
    private typealias Pair = (Driver, BatchEngine)

    private let timers = ManualTimers()
    private let drains = Received<DrainResult>()
    private let steps = Received<[WorkerStep]>()

    /// A paused driver that sends batches without delay.
    private func paused(maxMessages: Int = 64, _ config: DriverConfig = DriverConfig()) throws -> Pair {
        let engine = BatchEngine(maxMessages: maxMessages)
        let driver = Driver.make(config, engine: engine, timers: timers)
        try driver.setWorker(paused: true)
        return (driver, engine)
    }

    /// A driver that gathers batches for 5 ms.
    private func gathering(maxMessages: Int = 64, _ config: DriverConfig = DriverConfig()) -> Pair {
        let engine = BatchEngine(maxMessages: maxMessages, maxDelay: .milliseconds(5))
        return (Driver.make(config, engine: engine, timers: timers), engine)
    }

    // MARK: Filling

    @Test func `ASY-6: a batch is filled by one choice a message`() throws {
        let (driver, engine) = try paused(maxMessages: 5)
        try driver.queueMessages(3)
        try driver.queueMessages(5, highPriority: true)
        driver.changeConfig { $0.asyncStarvationLimit = 2 }
        try driver.setWorker(paused: false)
        #expect(engine.sent == [[4, 5, 1, 6, 7]])
        #expect(driver.queues(entries: 0).starvationCounter == 2)
        engine.answer()
        #expect(engine.sent == [[4, 5, 1, 6, 7], [2, 8, 3]])
        #expect(driver.queues(entries: 0).starvationCounter == 0)
    }

    @Test func `ASY-7: one batch is in hand at a time, with the timeout of a message`() throws {
        let (driver, engine) = try paused(maxMessages: 2, .make { $0.asyncTimeout = .seconds(3) })
        try driver.queueMessages(5)
        try driver.setWorker(paused: false)
        #expect(engine.sent == [[1, 2]])
        engine.answer()
        engine.answer()
        #expect(engine.sent == [[1, 2], [3, 4], [5]])
        #expect(engine.received.map(\.timeout) == [.seconds(3), .seconds(3), .seconds(3)])
    }

    @Test func `ASY-10: all messages of a batch are in hand, and the sum holds`() throws {
        let (driver, engine) = try paused(maxMessages: 4)
        try driver.queueMessages(6)
        try driver.setWorker(paused: false)
        #expect((driver.counters.inHand, driver.counters.queued) == (4, 2))
        #expect(driver.counters.isConserved)
        #expect((1...6).map { driver.message($0)?.delivery } == [.inHand, .inHand, .inHand, .inHand, .queued, .queued])
        engine.answer()
        #expect((driver.counters.inHand, driver.counters.async.sent) == (2, 4))
        #expect(driver.counters.isConserved)
    }

    @Test func `ASY-7: a failed batch fails all of its messages, each with its own record`() throws {
        let (driver, engine) = try paused(maxMessages: 3)
        try driver.queueMessages(4)
        try driver.setWorker(paused: false)
        engine.answer(EngineResult(status: .timeout, fault: "no answer in time"))
        engine.answer()
        let counters = driver.counters
        #expect((counters.async.sendFailed, counters.async.sent, counters.async.failedNotifications) == (3, 1, 3))
        #expect(counters.isConserved)
        for sequence: UInt64 in 1...3 {
            let record = try #require(driver.message(sequence))
            #expect((record.delivery, record.status) == (.failed, .timeout))
            #expect((record.explanation, record.endedAs) == ("no answer in time", sequence))
        }
        #expect(driver.message(4)?.delivery == .sent)
    }

    @Test func `ASY-7: a batch counts the sizes of all its messages`() throws {
        let (driver, engine) = try paused()
        try driver.queueMessages(3)
        let size = driver.counters.totalSizeRemainingNotifications
        try driver.setWorker(paused: false)
        #expect(driver.counters.totalSizeRemainingNotifications == 0)
        engine.answer()
        #expect(driver.counters.async.totalSizeNotificationsSent == UInt64(size))
    }

    @Test func `an engine that answers each batch at once does not overflow the stack`() throws {
        let queue = ManualWorkQueue()
        let engine = BatchEngine(maxMessages: 2, answersAtOnce: true)
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 20_000 }, engine: engine, workQueue: queue)
        try driver.queueMessages(20_000)
        queue.runAll()
        #expect(driver.counters.async.sent == 20_000)
        #expect(engine.sent.flatMap(\.self) == Array(1...20_000))
    }

    @Test func `sync and direct messages are never in a batch`() throws {
        let (driver, engine) = gathering()
        let records = Received<MessageRecord>()
        try driver.sendSyncNotification(.registryEventSync(registryData: []), processId: 4, completion: records.take)
        try driver.createProcess(ProcessCreation(imageFileName: "a", processId: 8)) { _ in }
        #expect(engine.sent.map(\.count) == [1, 1])
        #expect(timers.delays.allSatisfy { $0 >= .seconds(1) })
    }

    // MARK: The delay

    @Test func `a batch is sent when its first message has waited for the delay`() throws {
        let (driver, engine) = gathering()
        try driver.queueMessages(1)
        timers.advance(by: .milliseconds(4))
        try driver.queueMessages(2)
        #expect((driver.counters.queued, driver.counters.inHand) == (3, 0))
        #expect(engine.sent.isEmpty)
        timers.advance(by: .milliseconds(1))
        #expect(engine.sent == [[1, 2, 3]])
    }

    @Test func `a full batch is sent at once, and its timer stops`() throws {
        let (driver, engine) = gathering(maxMessages: 3)
        try driver.queueMessages(2)
        #expect(timers.delays == [.milliseconds(5)])
        try driver.queueMessages(1)
        #expect(engine.sent == [[1, 2, 3]])
        #expect(timers.delays.isEmpty)
    }

    @Test func `the time in which a batch is in hand counts for the next one`() throws {
        let (driver, engine) = gathering(maxMessages: 2)
        try driver.queueMessages(3)
        #expect(engine.sent == [[1, 2]])
        timers.advance(by: .milliseconds(5))
        #expect(engine.sent == [[1, 2]])
        engine.answer()
        #expect(engine.sent == [[1, 2], [3]])
    }

    @Test func `a batch waits for its own delay after a fast answer`() throws {
        let (driver, engine) = gathering(maxMessages: 2)
        try driver.queueMessages(3)
        engine.answer()
        #expect(engine.sent == [[1, 2]])
        timers.advance(by: .milliseconds(5))
        #expect(engine.sent == [[1, 2], [3]])
    }

    @Test func `ASY-4: a queue that has no room for more is sent at once`() throws {
        let (driver, engine) = gathering(.make { $0.maxAsyncNotificationCount = 3 })
        try driver.queueMessages(3)
        #expect(engine.sent == [[1, 2, 3]])
        #expect(driver.counters.async.droppedOnOverflow == 0)
    }

    @Test func `a drain sends what waits at once`() throws {
        let (driver, engine) = gathering()
        try driver.queueMessages(2)
        try driver.drainWorker(timeout: .seconds(5), completion: drains.take)
        #expect(engine.sent == [[1, 2]])
        engine.answer()
        #expect(drains.values == [DrainResult(drained: true, remaining: 0)])
        try driver.queueMessages(1)
        driver.awaitDrained {}
        #expect(engine.sent == [[1, 2], [3]])
    }

    @Test func `a drain that ends early counts all messages in hand`() throws {
        let (driver, engine) = try paused(maxMessages: 3)
        try driver.queueMessages(5)
        try driver.setWorker(paused: false)
        try driver.drainWorker(timeout: .seconds(5), completion: drains.take)
        timers.advance(by: .seconds(5))
        #expect(drains.values == [DrainResult(drained: false, remaining: 5)])
        #expect(engine.waitingCount == 1)
    }

    @Test func `pausing keeps what is gathered in the queue`() throws {
        let (driver, engine) = gathering()
        try driver.queueMessages(2)
        try driver.setWorker(paused: true)
        timers.advance(by: .milliseconds(5))
        #expect(engine.sent.isEmpty)
        try driver.setWorker(paused: false)
        #expect(engine.sent == [[1, 2]])
    }

    @Test func `a replaced engine gets what was gathered, one by one if it takes no batches`() throws {
        let (driver, engine) = gathering()
        try driver.queueMessages(2)
        engine.setLimits(nil)
        driver.engineChanged()
        #expect(engine.sent == [[1]])
        engine.answer()
        #expect(engine.sent == [[1], [2]])
        engine.answer()
        #expect(timers.delays.isEmpty)
    }

    @Test(arguments: [5, 400]) func `a replaced engine that takes batches gets what was gathered at once`(delay: Int)
        throws
    {
        let (driver, engine) = gathering()
        try driver.queueMessages(2)
        engine.setLimits(BatchLimits(maxMessages: 64, maxDelay: .milliseconds(delay)))
        driver.engineChanged()
        #expect(engine.sent == [[1, 2]])
        #expect(timers.delays.isEmpty)
        engine.answer()
        // The next batch is gathered as usual.
        try driver.queueMessages(1)
        driver.engineChanged()
        #expect(engine.sent == [[1, 2], [3]])
    }

    @Test func `ASY-4: a queue that a change of the configuration leaves without room is sent at once`() throws {
        for limit in 1...3 {
            let (driver, engine) = gathering(.make { $0.maxAsyncNotificationCount = 10 })
            try driver.queueMessages(3)
            #expect(engine.sent.isEmpty)
            _ = driver.changeConfig { $0.maxAsyncNotificationCount = limit }
            #expect(engine.sent == [[1, 2, 3]])
            try driver.queueMessages(1)
            #expect(driver.counters.async.droppedOnOverflow == 0)
        }
    }

    // MARK: Messages that do not fit

    @Test func `ASY-10: messages that do not fit stay in hand and are the next batch`() throws {
        let (driver, engine) = try paused(maxMessages: 5)
        engine.setFitting(2)
        try driver.queueMessages(6)
        try driver.setWorker(paused: false)
        engine.answer()
        #expect((driver.counters.async.sent, driver.counters.inHand, driver.counters.queued) == (2, 3, 1))
        #expect(driver.counters.isConserved)
        #expect(engine.sent == [[1, 2, 3, 4, 5], [3, 4, 5]])
        engine.answer(.failing(.timeout))
        engine.answer()
        engine.answer()
        #expect(engine.sent.suffix(2) == [[5], [6]])
        #expect((driver.counters.async.sent, driver.counters.async.sendFailed) == (4, 2))
    }

    @Test func `ASY-5: pausing lets messages that did not fit finish, and no others`() throws {
        let (driver, engine) = try paused(maxMessages: 3)
        engine.setFitting(1)
        try driver.queueMessages(4)
        try driver.setWorker(paused: false)
        try driver.setWorker(paused: true)
        while engine.answer() {}
        #expect(engine.sent == [[1, 2, 3], [2, 3], [3]])
        #expect((driver.counters.inHand, driver.counters.queued) == (0, 1))
    }

    @Test func `messages that did not fit go to an engine without batches one by one`() throws {
        let (driver, engine) = try paused(maxMessages: 3)
        engine.setFitting(1)
        try driver.queueMessages(3)
        try driver.setWorker(paused: false)
        engine.setLimits(nil)
        while engine.answer() {}
        #expect(engine.sent == [[1, 2, 3], [2], [3]])
        #expect(driver.counters.async.sent == 3)
    }

    // MARK: Steps, pauses, the end

    @Test func `ASY-6: a step takes a batch of one`() throws {
        let (driver, engine) = try paused()
        try driver.queueMessages(4)
        try driver.stepWorker(count: 2, completion: steps.take)
        #expect(engine.sent == [[1]])
        engine.answer()
        engine.answer()
        #expect(engine.sent == [[1], [2]])
        #expect(steps.values.map { $0.map(\.record.message.sequence) } == [[1, 2]])
        #expect(driver.counters.queued == 2)
    }

    @Test func `ASY-5: pausing lets a batch in hand finish, and a step waits for it`() throws {
        let (driver, engine) = try paused(maxMessages: 3)
        try driver.queueMessages(5)
        try driver.setWorker(paused: false)
        try driver.setWorker(paused: true)
        try driver.stepWorker(count: 1, completion: steps.take)
        #expect(engine.sent == [[1, 2, 3]])
        engine.answer()
        #expect(steps.count == 0)
        #expect(engine.sent == [[1, 2, 3], [4]])
        engine.answer()
        #expect(steps.values.map { $0.map(\.record.message.sequence) } == [[4]])
        #expect((driver.counters.inHand, driver.counters.queued) == (0, 1))
    }

    @Test func `ASY-4: a full queue drops nothing that is in hand`() throws {
        let (driver, engine) = try paused(maxMessages: 3, .make { $0.maxAsyncNotificationCount = 3 })
        try driver.queueMessages(3)
        try driver.setWorker(paused: false)
        try driver.queueMessages(5)
        #expect((driver.counters.inHand, driver.counters.queued) == (3, 3))
        #expect(driver.counters.async.droppedOnOverflow == 2)
        #expect((4...5).map { driver.message($0)?.delivery } == [.dropped, .dropped])
        engine.answer()
        #expect(engine.sent == [[1, 2, 3], [6, 7, 8]])
        #expect(driver.counters.isConserved)
    }

    @Test func `ASY-9: unloading waits for the batch in hand and takes no other`() throws {
        let (driver, engine) = try paused(maxMessages: 2)
        try driver.queueMessages(5)
        try driver.setWorker(paused: false)
        let last = Received<CountersSnapshot>()
        driver.unload(completion: last.take)
        #expect(last.count == 0)
        engine.answer()
        #expect(last.values.map { [$0.async.sent, UInt64($0.queued), UInt64($0.inHand)] } == [[2, 3, 0]])
        #expect(engine.sent == [[1, 2]])
    }

    @Test func `ASY-9: unloading sends a batch that is being gathered, and none after it`() throws {
        let (driver, engine) = gathering()
        try driver.queueMessages(2)
        let last = Received<CountersSnapshot>()
        driver.unload(completion: last.take)
        #expect(engine.sent == [[1, 2]])
        #expect(last.count == 0)
        try driver.queueMessages(1)
        engine.answer()
        #expect(last.values.map { [$0.async.sent, UInt64($0.queued)] } == [[2, 1]])
        #expect(engine.sent == [[1, 2]])
        #expect(timers.delays.isEmpty)
    }

    @Test func `ASY-9: unloading sends no batch of a paused worker`() throws {
        let (driver, engine) = try paused()
        try driver.queueMessages(2)
        let last = Received<CountersSnapshot>()
        driver.unload(completion: last.take)
        #expect(last.values.map(\.queued) == [2])
        #expect(engine.sent.isEmpty)
    }

    // MARK: Everything at once

    @Test(arguments: 0..<20)
    func `ASY-7, ASY-10: each message is sent once, in order, whatever happens`(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let engine = BatchEngine(maxMessages: Int.random(in: 2...9, using: &random), maxDelay: .milliseconds(5))
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 20 }, engine: engine, timers: timers)
        for _ in 0..<2000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3: try driver.queueMessages(Int.random(in: 1...6, using: &random))
            case 4: timers.advance(by: .milliseconds(Int.random(in: 0...6, using: &random)))
            case 5: try driver.setWorker(paused: Bool.random(using: &random))
            case 6:
                engine.setFitting(Bool.random(using: &random) ? .max : Int.random(in: 1...3, using: &random))
            case 7: if driver.workerMode == .paused { try driver.stepWorker(count: 2, completion: steps.take) }
            default: engine.answer(Bool.random(using: &random) ? EngineResult(status: .success) : .failing(.timeout))
            }
            #expect(driver.counters.isConserved)
        }
        engine.setFitting(.max)
        try driver.setWorker(paused: false)
        try driver.drainWorker(timeout: .seconds(5), completion: drains.take)
        while engine.answer() {}
        #expect(drains.values == [DrainResult(drained: true, remaining: 0)])
        let dropped = driver.counters.async.droppedOnOverflow
        let ends = driver.counters.async.sent + driver.counters.async.sendFailed
        #expect(ends + dropped == driver.counters.async.enqueued)
        let arrived = driver.messages(MessageQuery(), limit: 100_000).items.filter { $0.delivery != .dropped }
        // A message that did not fit was part of two sends.
        var sent: [UInt64] = []
        for sequence in engine.sent.flatMap(\.self) where sequence > sent.last ?? 0 { sent.append(sequence) }
        #expect(sent == arrived.map(\.message.sequence))
        #expect(arrived.sorted { $0.endedAs ?? 0 < $1.endedAs ?? 0 }.map(\.message.sequence) == sent)
    }
}
