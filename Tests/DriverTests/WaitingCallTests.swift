import Messages
import TestSupport
import Testing

@testable import Driver

/// Which calls wait in the driver, and for what.
@Suite struct WaitingCallTests {
    private let engine = ScriptedEngine.holding()
    private let timers = ManualTimers()
    private let driver: Driver

    init() {
        driver = Driver.make(
            .make {
                $0.sendingSyncSemaphoreLimit = 1
                $0.maxAsyncNotificationCount = 1
            }, engine: engine, timers: timers)
    }

    private var waiting: [String] {
        driver.queues(entries: 1000).waiting.map { call in
            "\(call.reason.rawValue) \(call.caller?.text ?? "-")" + (call.sequence.map { " #\($0)" } ?? "")
        }
    }

    private func sendSync(_ tag: String) throws {
        try driver.sendSyncNotification(.registryEventSync(registryData: []), processId: 4, caller: CallerTag(tag)) {
            _ in
        }
    }

    @Test func `SYN-4: a message that waits for a permit is listed with its sequence until it is granted`() throws {
        for tag in ["a", "b", "c"] { try sendSync(tag) }
        #expect(waiting == ["semaphore b #2", "semaphore c #3"])
        engine.acknowledge()
        #expect(waiting == ["semaphore c #3"])
        engine.acknowledge()
        #expect(waiting == [])
        engine.acknowledge()
        #expect(driver.queues(entries: 10).waitingCount == 0)
    }

    @Test func `SYN-4: a message that gave up its wait is not listed`() throws {
        for tag in ["a", "b"] { try sendSync(tag) }
        timers.advance(by: .seconds(60))
        #expect(waiting == [])
        #expect(driver.message(2)?.delivery == .notSent)
    }

    @Test func `SYN-4: a message is listed although its timer was not started yet`() {
        var state = DriverState(config: .make { $0.sendingSyncSemaphoreLimit = 0 }, limits: DriverLimits())
        let message = SyncMessage(
            ioPriority: MpIoPriority(), currentProcess: .none, data: .registryEventSync(registryData: []))
        let notification = SyncNotification(
            message: message, imageFileName: "", rule: .stream(id: 1),
            run: RoutineRun(routine: .sendSyncMonitorNotification, caller: CallerTag("a")))
        _ = state.startSync(notification, now: Moment(time: .none, wall: .none))
        #expect(state.waitingCalls(limit: 9).calls.map(\.sequence) == [1])
    }

    @Test func `a call is listed while it waits for its steps`() throws {
        try driver.setWorker(paused: true)
        try driver.queueMessages(1)
        try driver.stepWorker(count: 1, caller: CallerTag("a")) { _ in }
        try driver.stepWorker(count: 1) { _ in }
        #expect(waiting == ["steps a", "steps -"])
        engine.acknowledge()
        #expect(waiting == [])
    }

    @Test func `a call is listed while it waits for the queue to drain, until its timeout`() throws {
        try driver.queueMessages(1)
        try driver.drainWorker(timeout: .seconds(5), caller: CallerTag("a")) { _ in }
        driver.awaitDrained(caller: CallerTag("b")) {}
        #expect(waiting == ["drain a", "drain b"])
        timers.advance(by: .seconds(5))
        #expect(waiting == ["drain b"])
        engine.acknowledge()
        #expect(waiting == [])
    }

    @Test func `a call is listed while it waits for room`() throws {
        try driver.queueMessages(2)
        driver.awaitQueueRoom(caller: CallerTag("a")) { _ in }
        #expect(waiting == ["room a"])
        engine.acknowledge()
        #expect(waiting == [])
    }

    @Test func `calls of all kinds are listed in order of arrival, as many as asked for, and counted`() throws {
        try driver.setWorker(paused: true)
        try driver.queueMessages(1)
        for tag in ["a", "b"] { try sendSync(tag) }
        try driver.stepWorker(count: 2, caller: CallerTag("c")) { _ in }
        try driver.queueMessages(1)
        driver.awaitQueueRoom(caller: CallerTag("d")) { _ in }
        try sendSync("e")
        try driver.setWorker(paused: false)
        try driver.drainWorker(timeout: .seconds(5), caller: CallerTag("f")) { _ in }
        driver.awaitQueueRoom(caller: CallerTag("g")) { _ in }
        #expect(waiting == ["semaphore b #3", "steps c", "room d", "semaphore e #5", "drain f", "room g"])
        for limit in 0...6 {
            let queues = driver.queues(entries: limit)
            #expect(queues.waitingCount == 6)
            #expect(queues.waiting.map(\.caller) == ["b", "c", "d", "e", "f", "g"].prefix(limit).map { CallerTag($0) })
        }
    }

    @Test func `a call that need not wait is never listed`() throws {
        try driver.drainWorker(timeout: .seconds(5)) { _ in }
        driver.awaitQueueRoom { _ in }
        try driver.setWorker(paused: true)
        try driver.stepWorker(count: 1) { _ in }
        #expect(driver.queues(entries: 10).waitingCount == 0)
    }

    @Test func `unloading ends all waits`() throws {
        for tag in ["a", "b"] { try sendSync(tag) }
        try driver.queueMessages(2)
        driver.awaitQueueRoom { _ in }
        try driver.drainWorker(timeout: .seconds(5)) { _ in }
        #expect(driver.queues(entries: 0).waitingCount == 3)
        driver.unload { _ in }
        #expect(driver.queues(entries: 10).waitingCount == 0)
    }
}
