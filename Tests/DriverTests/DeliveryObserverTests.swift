import Locking
import Messages
import TestSupport
import Testing

@testable import Driver

/// Observers of message outcomes, and waits until everything is sent.
@Suite struct DeliveryObserverTests {
    /// Records what is reported to it.
    private struct Notes: DeliveryObserver {
        let records = Received<MessageRecord>()

        func ended(_ record: MessageRecord) { records.take(record) }

        /// Sequences with their outcomes, in order of arrival.
        var texts: [String] {
            records.values.map { "\($0.message.sequence) \($0.message.kind.rawValue) \($0.delivery.rawValue)" }
        }
    }

    private let engine = ScriptedEngine.holding()
    private let notes = Notes()

    @Test func `ASY-4, ASY-7: each queued message is reported once, as sent, failed or dropped`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 2 }, engine: engine)
        _ = driver.observe(notes)
        try driver.queueMessages(4)  // one in hand, two queued; the fourth drops the second
        #expect(notes.texts == ["2 async dropped"])
        engine.acknowledge()
        #expect(notes.texts == ["2 async dropped", "1 async sent"])
        engine.answer(.failing(.unsuccessful))
        #expect(notes.texts == ["2 async dropped", "1 async sent", "3 async failed"])
        #expect(notes.records.values.last?.status == .unsuccessful)
        engine.answer(.failing(.timeout))
        #expect(notes.texts == ["2 async dropped", "1 async sent", "3 async failed", "4 async failed"])
        #expect(driver.counters.isConserved)
    }

    @Test func `ASY-4: with a limit of 0 each new message is reported as dropped`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 0 }, engine: engine)
        _ = driver.observe(notes)
        try driver.queueMessages(2)
        #expect(notes.texts == ["1 async dropped", "2 async dropped"])
        #expect(engine.messages.isEmpty)
    }

    @Test func `SYN-4 to SYN-8: each synchronous message is reported once, as sent, failed or not sent`() throws {
        let driver = Driver.make(.make { $0.sendingSyncSemaphoreLimit = 1 }, engine: engine)
        _ = driver.observe(notes)
        let completed = Received<MessageRecord>()
        func send() throws {
            try driver.sendSyncNotification(
                .newImageLoadPerProcess(imageName: "a"), processId: 4, completion: completed.take)
        }
        try send()
        #expect(notes.texts == [])
        try send()  // waits for the semaphore
        engine.acknowledge()
        #expect(notes.texts == ["1 sync sent"])
        #expect(notes.records.values.first?.acknowledged == true)
        engine.answer(.failing(.timeout))
        #expect(notes.texts == ["1 sync sent", "2 sync failed"])
        driver.changeConfig { $0.sendSyncNotificationFlag = false }
        try send()
        driver.changeConfig { $0.syncMonitorNotificationFlag = false }
        try send()
        driver.changeConfig {
            $0.syncMonitorNotificationFlag = true
            $0.sendSyncNotificationFlag = true
        }
        try send()
        engine.answer(EngineResult(status: .success))  // without the type of operation
        #expect(
            notes.texts == ["1 sync sent", "2 sync failed", "3 sync notSent", "4 sync notSent", "5 sync sent"])
        #expect(completed.values == notes.records.values)
    }

    @Test func `SYN-4: a message whose wait for the semaphore times out is reported as not sent, once`() throws {
        let timers = ManualTimers()
        let driver = Driver.make(.make { $0.sendingSyncSemaphoreLimit = 1 }, engine: engine, timers: timers)
        _ = driver.observe(notes)
        for _ in 0..<2 {
            try driver.sendSyncNotification(.newImageLoadPerProcess(imageName: "a"), processId: 4) { _ in }
        }
        timers.advance(by: .milliseconds(1000))
        #expect(notes.texts == ["2 sync notSent"])
        #expect(notes.records.values.first?.status == .timeout)
        engine.acknowledge()
        timers.advance(by: .seconds(60))
        #expect(notes.texts == ["2 sync notSent", "1 sync sent"])
    }

    @Test func `PRC-6: direct messages are reported once, including denied creations and failed sends`() throws {
        let driver = Driver.make(engine: engine)
        _ = driver.observe(notes)
        for processId in [100, 104] as [UInt32] {
            try driver.createProcess(ProcessCreation(imageFileName: "a", processId: processId)) { _ in }
        }
        #expect(notes.texts == [])
        engine.answer(EngineResult(status: .success, reply: .createProcess(CreateProcessAnswer(accessDenied: true))))
        engine.answer(.failing(.portDisconnected))
        #expect(notes.texts == ["1 direct sent", "2 direct failed"])
    }

    @Test func `observers get all outcomes from then on, until they end`() throws {
        let driver = Driver.make()
        try driver.queueMessages(1)
        let (first, second, third) = (Notes(), Notes(), Notes())
        let one = driver.observe(first)
        try driver.queueMessages(1)
        let two = driver.observe(second)
        try driver.queueMessages(1)
        driver.endObservation(one)
        try driver.queueMessages(1)
        _ = driver.observe(third)
        driver.endObservation(two)
        try driver.queueMessages(1)
        #expect(first.texts == ["2 async sent", "3 async sent"])
        #expect(second.texts == ["3 async sent", "4 async sent"])
        #expect(third.texts == ["5 async sent"])
    }

    @Test func `an observer may query the driver and create messages, which are reported too`() throws {
        let driver = Driver.make()
        let told = Received<UInt64>()
        _ = driver.observe(
            Asking {
                told.take($0.message.sequence)
                #expect(driver.message($0.message.sequence)?.delivery == .sent)
                if told.count < 3 { _ = try? driver.sendAsyncNotification(.logPrint, .raw([])) }
            })
        try driver.queueMessages(1)
        #expect(told.values == [1, 2, 3])
    }

    private struct Asking: DeliveryObserver {
        let body: @Sendable (MessageRecord) -> Void

        init(_ body: @escaping @Sendable (MessageRecord) -> Void) { self.body = body }

        func ended(_ record: MessageRecord) { body(record) }
    }

    @Test func `ASY-9: messages that are queued when the driver unloads have no outcome`() throws {
        let driver = Driver.make(engine: engine)
        _ = driver.observe(notes)
        try driver.queueMessages(3)
        driver.unload { _ in }
        engine.acknowledge()
        #expect(notes.texts == ["1 async sent"])
        #expect(driver.counters.queued == 2)
    }

    @Test func `with several threads each message is reported exactly once`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 3 })
        _ = driver.observe(notes)
        onThreads(4) { _ in
            for _ in 0..<250 {
                _ = try? driver.sendAsyncNotification(.logPrint, .raw([]))
                try? driver.sendSyncNotification(.newImageLoadPerProcess(imageName: "a"), processId: 4) { _ in }
            }
        }
        // Another thread may have run the worker for the last messages.
        #expect(driver.counters.queued == 0)
        #expect(notes.records.values.map(\.message.sequence).sorted() == Array(1...2000))
    }

    // MARK: awaitDrained

    @Test func `a wait without messages ends at once`() throws {
        let over = Received<Void>()
        let driver = Driver.make()
        try driver.queueMessages(3)
        driver.awaitDrained { over.take(()) }
        #expect(over.count == 1)
    }

    @Test func `a wait ends once, when the last message is sent, not when it is taken`() throws {
        let over = Received<Void>()
        let driver = Driver.make(engine: engine)
        try driver.queueMessages(2)
        for _ in 0..<2 { driver.awaitDrained { over.take(()) } }
        engine.acknowledge()
        #expect(over.count == 0)
        engine.answer(.failing(.timeout))
        #expect(over.count == 2)
        try driver.queueMessages(1)
        engine.acknowledge()
        #expect(over.count == 2)
    }

    @Test func `a message that arrives meanwhile is waited for too`() throws {
        let over = Received<Void>()
        let driver = Driver.make(engine: engine)
        try driver.queueMessages(1)
        driver.awaitDrained { over.take(()) }
        try driver.queueMessages(1)
        engine.acknowledge()
        #expect(over.count == 0)
        engine.acknowledge()
        #expect(over.count == 1)
    }

    @Test func `a new wait for a paused worker ends at once; an earlier one keeps waiting`() throws {
        let over = Received<String>()
        let driver = Driver.make(engine: engine)
        try driver.queueMessages(2)
        driver.awaitDrained { over.take("before") }
        try driver.setWorker(paused: true)
        driver.awaitDrained { over.take("paused") }
        #expect(over.values == ["paused"])
        engine.acknowledge()
        #expect(over.values == ["paused"])
        try driver.setWorker(paused: false)
        engine.acknowledge()
        #expect(over.values == ["paused", "before"])
    }

    @Test func `ASY-9: unloading ends waits, and later ones end at once`() throws {
        let over = Received<String>()
        let driver = Driver.make(engine: engine)
        try driver.queueMessages(2)
        driver.awaitDrained { over.take("before") }
        driver.unload { _ in }
        #expect(over.values == ["before"])
        driver.awaitDrained { over.take("after") }
        #expect(over.values == ["before", "after"])
        engine.acknowledge()
        #expect(over.values == ["before", "after"])
    }

    @Test func `after waits end for a service that stops, later ones end at once`() throws {
        let over = Received<String>()
        let driver = Driver.make(engine: engine)
        try driver.queueMessages(1)
        driver.awaitDrained { over.take("before") }
        driver.endWaits()
        driver.awaitDrained { over.take("after") }
        #expect(over.values == ["before", "after"])
    }

    /// Records changes of the queue and exits.
    private struct Changes: DeliveryObserver {
        let texts = Received<String>()

        func ended(_ record: MessageRecord) { texts.take("\(record.message.sequence) ended") }
        func queueChanged(_ moment: QueueMoment) {
            let event = moment.event == .none ? "" : ", event \(moment.event.ticks)"
            texts.take(
                "queue \(moment.highPriority.last)+\(moment.normal.last), at most \(moment.most)\(event)")
        }
        func exited(_ process: AuxPidCreationTime, at time: FileTime) { texts.take("exit \(process.processId)") }
    }

    @Test func `the queue is reported before the next message that ends, and at the end of the observation`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 2 }, engine: engine)
        try driver.queueMessages(2)  // one in hand, one queued
        let changes = Changes()
        let observation = driver.observe(changes)
        try driver.queueMessages(2)  // one queued; the second of them drops the oldest
        #expect(changes.texts.values == ["queue 0+2, at most 2", "2 ended"])
        engine.acknowledge()
        #expect(changes.texts.values.suffix(1) == ["1 ended"])
        engine.acknowledge()
        #expect(changes.texts.values.suffix(2) == ["queue 0+1, at most 1", "3 ended"])
        driver.endObservation(observation)
        #expect(changes.texts.values.suffix(1) == ["queue 0+0, at most 0"])
        try driver.queueMessages(2)
        #expect(changes.texts.values.suffix(1) == ["queue 0+0, at most 0"])
    }

    @Test func `a queue that grows is reported even if no message ends, each moment once`() throws {
        let clock = ManualClock()
        let driver = Driver.make(engine: engine, clock: clock)
        try driver.createProcess(ProcessCreation(imageFileName: "a.exe", processId: 100)) { _ in }
        engine.acknowledge()
        let changes = Changes()
        _ = driver.observe(changes)
        var caller = CallerTag("upload")
        for number in 1...200 {
            caller.eventTime = FileTime(ticks: UInt64(number))
            if number % 2 == 0 { clock.advance(by: .milliseconds(1)) }
            try driver.loadImage(ImageLoad(processId: 100, fullImageName: "x.dll"), caller: caller) { _ in }
        }
        // The first message is in hand all the time.
        #expect(changes.texts.values.first == "queue 0+0, at most 1, event 1")
        #expect(changes.texts.values[20] == "queue 0+40, at most 40, event 41")
        #expect((64..<100).contains(changes.texts.count))
    }

    @Test func `PRC-7: an exit is reported once, before its message`() throws {
        let driver = Driver.make()
        let changes = Changes()
        try driver.createProcess(ProcessCreation(imageFileName: "a.exe", processId: 100)) { _ in }
        _ = driver.observe(changes)
        _ = try driver.exitProcess(100)
        #expect(throws: DriverError.self) { try driver.exitProcess(100) }
        #expect(changes.texts.values == ["queue 0+1, at most 1", "exit 100", "queue 0+0, at most 0", "2 ended"])
    }
}
