import Glibc
import Messages
import Synchronization
import TestSupport
import Testing

@testable import Driver

@Suite struct ConcurrencyTests {
    @Test func `DATA-7: clients set bits while replies clear others, and nothing is lost`() throws {
        let driver = Driver.make()
        try driver.makeProcess(100)
        let lost = Received<UInt32>()
        onThreads(6) { index in
            let own = ProcessRules(rawValue: 1 << UInt32(index))
            for _ in 0..<400 {
                let set = try? driver.changeRules(
                    of: 100, .modify(set: [own, .notifyRegistryOperationSync], clear: []))
                _ = try? driver.sendSyncNotification(.registryEventSync(registryData: []), processId: 100) { _ in }
                if set?.rules.contains(own) != true || driver.process(100)?.rules.contains(own) != true {
                    lost.take(own.rawValue)
                }
                let cleared = try? driver.changeRules(of: 100, .modify(set: [], clear: own))
                if cleared?.rules.contains(own) != false { lost.take(own.rawValue) }
            }
        }
        #expect(lost.values == [])
        #expect(driver.process(100)?.rules.subtracting(.notifyRegistryOperationSync) == [])
        #expect(try driver.syncCounters(.registryEventSync).recvCount == 2400)
    }

    @Test func `SYN-9: exactly one of the acknowledgments that race for a bit clears it`() throws {
        let driver = Driver.make()
        try driver.makeProcess(100, rules: .notifyRegistryOperationSync)
        let cleared = Received<String>()
        onThreads(6) { _ in
            for _ in 0..<50 {
                try? driver.sendSyncNotification(.registryEventSync(registryData: []), processId: 100) { record in
                    if let rule = record.clearedRule { cleared.take(rule) }
                }
            }
        }
        #expect(cleared.values == ["NotifyRegistryOperationSync"])
    }

    @Test func `DATA-1: threads that create processes concurrently get different ids`() throws {
        let driver = Driver.make()
        let pids = Received<UInt32>()
        onThreads(6) { _ in
            for _ in 0..<100 {
                try? driver.createProcess(ProcessCreation(imageFileName: "a")) { outcome in
                    if let process = outcome.process { pids.take(process.identity.processId) }
                }
            }
        }
        #expect(pids.values.sorted() == (0..<600).map { 8 + 4 * $0 })
        #expect(driver.counters.async.asyncNotificationCount == 600)
        #expect(driver.messages(MessageQuery(), limit: 1000).items.map(\.message.sequence) == Array(1...600))
    }

    @Test func `SYN-4: grants, timeouts and changes of the limit from many threads lose no permit`() throws {
        let engine = ScriptedEngine.holding()
        let timers = ManualTimers()
        let workQueue = ThreadWorkQueue()
        let driver = Driver.make(
            .make { $0.sendingSyncSemaphoreLimit = 2 }, engine: engine, timers: timers, workQueue: workQueue)
        let records = Received<MessageRecord>()
        let total = 3 * 300
        let deadline = Deadline()
        onThreads(7) { index in
            switch index {
            case 0..<3:
                for _ in 0..<300 {
                    try? driver.sendSyncNotification(
                        .registryEventSync(registryData: []), processId: 4, completion: records.take)
                }
            case 3, 4:
                while records.count < total, !deadline.isOver { if !engine.acknowledge() { sched_yield() } }
                workQueue.stop()
            case 5:
                var limit = 1
                while records.count < total, !deadline.isOver {
                    timers.advance(by: .milliseconds(300))
                    limit = limit % 4 + 1
                    let limit = limit
                    driver.changeConfig { $0.sendingSyncSemaphoreLimit = limit }
                    sched_yield()
                }
            default: workQueue.run()
            }
        }
        #expect(records.count == total, "each completion runs once")
        #expect(engine.waiting.isEmpty)
        let counters = try driver.syncCounters(.registryEventSync)
        #expect(counters.recvCount == UInt64(records.values.count { $0.delivery == .sent }))
        #expect(counters.errorCount == UInt64(records.values.count { $0.status == .timeout }))
        #expect(counters.recvCount + counters.errorCount == UInt64(total))
        driver.changeConfig { $0.sendingSyncSemaphoreLimit = 5 }
        for _ in 0..<6 {
            try driver.sendSyncNotification(.registryEventSync(registryData: []), processId: 4) { _ in }
        }
        #expect(engine.waiting.count == 5, "all permits are usable")
    }

    @Test func `ASY-10: the sum holds in every snapshot while threads create, exit, change rules and answer late`()
        throws
    {
        let engine = ScriptedEngine.holding()
        let timers = ManualTimers()
        let workQueue = ThreadWorkQueue()
        let driver = Driver.make(
            .make {
                $0.maxAsyncNotificationCount = 40
                $0.sendingSyncSemaphoreLimit = 3
            }, engine: engine, timers: timers, workQueue: workQueue)
        let traffic = Traffic(driver: driver, rounds: 250)
        let broken = Received<CountersSnapshot>()
        onThreads(8) { index in
            switch index {
            case 0..<3:
                traffic.run(seed: UInt64(index))
            case 3, 4:
                var random = SplitMix(seed: UInt64(index))
                while !traffic.isOver(threads: 3) {
                    if !engine.answer(with: { Traffic.answer($0, &random) }) { sched_yield() }
                }
                workQueue.stop()
            case 5:
                while !traffic.isOver(threads: 3) {
                    timers.advance(by: .milliseconds(100))
                    sched_yield()
                }
            case 6:
                while !traffic.isOver(threads: 3) {
                    let counters = driver.counters
                    if !counters.isConserved || counters.createThreadNotifyLock < 0 { broken.take(counters) }
                    sched_yield()
                }
            default: workQueue.run()
            }
        }
        #expect(broken.values == [])
        #expect(traffic.completed == traffic.begun, "each completion runs once")
        let counters = driver.counters
        #expect(counters.isConserved)
        #expect(counters.queued == 0 && counters.inHand == 0)
        #expect(counters.totalSizeRemainingNotifications == 0)
        #expect(counters.async.enqueued > 100 && counters.direct.fltSendMessageCount > 50)
        #expect(engine.waiting.isEmpty)
    }

    @Test func `ASY-10: the sum holds while threads queue messages, answer batches, pause and look`() {
        let engine = BatchEngine(maxMessages: 7, maxDelay: .milliseconds(5))
        let (timers, workQueue) = (ManualTimers(), ThreadWorkQueue())
        let driver = Driver.make(
            .make { $0.maxAsyncNotificationCount = 50 }, engine: engine, timers: timers, workQueue: workQueue)
        let broken = Received<CountersSnapshot>()
        let working = Atomic(3)
        let deadline = Deadline()
        @Sendable func isOver() -> Bool {
            if deadline.isOver { return true }
            if working.load(ordering: .sequentiallyConsistent) > 0 { return false }
            let counters = driver.counters
            return counters.queued == 0 && counters.inHand == 0
        }
        onThreads(6) { index in
            switch index {
            case 0, 1:
                for round in 0..<2000 { _ = try? driver.queueMessages(1, highPriority: round.isMultiple(of: 5)) }
                working.subtract(1, ordering: .sequentiallyConsistent)
            case 2:
                for round in 0..<500 {
                    try? driver.setWorker(paused: round.isMultiple(of: 2))
                    let counters = driver.counters
                    if !counters.isConserved || counters.inHand > 7 { broken.take(counters) }
                }
                working.subtract(1, ordering: .sequentiallyConsistent)
            case 3:
                var round = 0
                while !isOver() {
                    round += 1
                    let status: NTStatus = round.isMultiple(of: 3) ? .timeout : .success
                    if !engine.answer(EngineResult(status: status)) { sched_yield() }
                }
                workQueue.stop()
            case 4:
                while !isOver() {
                    timers.advance(by: .milliseconds(1))
                    sched_yield()
                }
            default: workQueue.run()
            }
        }
        #expect(broken.values == [])
        #expect(driver.counters.isConserved)
        #expect((driver.counters.queued, driver.counters.inHand, engine.waitingCount) == (0, 0, 0))
        #expect(driver.counters.async.enqueued == 4000)
        let sent = engine.sent.flatMap(\.self)
        #expect(Set(sent).count == sent.count)
    }

    @Test func `an engine that completes on another thread before send returns changes nothing`() throws {
        let driver = Driver.make(engine: OtherThreadEngine())
        try driver.makeProcess(
            100, rules: [.notifyNewThreadSameProcess, .notifyImageLoadRule], flags: .imageWow64cpuLoaded)
        #expect(try driver.createThreadAtOnce(ThreadCreation(processId: 100)).routines.first?.notified == true)
        let load = try driver.loadImageAtOnce(ImageLoad(processId: 100, fullImageName: "a"))
        #expect(load.operations == ["Wow64cpuLoad", "LoadImage", "NewImageLoadPerProcess"])
        #expect(driver.process(100)?.rules == [])
        try driver.queueMessages(200)
        #expect(driver.counters.async.sent == 201)
        #expect(driver.counters.queued == 0)
    }
}

/// An engine that gives every answer on a separate thread before `send` returns.
private struct OtherThreadEngine: EnginePort {
    func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        onThreads(1) { _ in completion(.acknowledging(message)) }
    }
}

/// Events of all kinds on a handful of pids, so that pids are reused while answers are outstanding.
private final class Traffic: Sendable {
    private let driver: Driver
    private let rounds: Int
    private let calls = Atomic(0)
    private let completions = Atomic(0)
    private let finishedThreads = Atomic(0)
    private let deadline = Deadline()

    init(driver: Driver, rounds: Int) {
        self.driver = driver
        self.rounds = rounds
    }

    var begun: Int { calls.load(ordering: .sequentiallyConsistent) }
    var completed: Int { completions.load(ordering: .sequentiallyConsistent) }

    /// Whether `threads` threads are done and nothing that they began is open, or the time is up.
    func isOver(threads: Int) -> Bool {
        if deadline.isOver { return true }
        guard finishedThreads.load(ordering: .sequentiallyConsistent) == threads, begun == completed else {
            return false
        }
        let counters = driver.counters
        return counters.queued == 0 && counters.inHand == 0
    }

    func run(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<rounds {
            let pid = 100 + 4 * UInt32.random(in: 0..<4, using: &random)
            let other = 100 + 4 * UInt32.random(in: 0..<4, using: &random)
            let rules = ProcessRules(rawValue: .random(in: 0...(.max), using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1:
                var creation = ProcessCreation(imageFileName: "a", processId: pid)
                creation.rules = rules
                begin { [creation] completion in try driver.createProcess(creation) { _ in completion() } }
            case 2, 3: _ = try? driver.exitProcess(pid)
            case 4, 5:
                let creation = ThreadCreation(processId: pid, creatorProcessId: other)
                begin { completion in try driver.createThread(creation) { _ in completion() } }
            case 6:
                let load = ImageLoad(processId: pid, fullImageName: #"C:\Windows\System32\wow64cpu.dll"#)
                begin { completion in try driver.loadImage(load) { _ in completion() } }
            case 7: _ = try? driver.changeRules(of: pid, .modify(set: rules, clear: []))
            case 8: _ = try? driver.setCurrentCommandLine(of: pid, "evil")
            default: _ = try? driver.sendAsyncNotification(.postMount, .raw([1]), processId: pid)
            }
        }
        finishedThreads.add(1, ordering: .sequentiallyConsistent)
    }

    private func begin(_ call: (@escaping @Sendable () -> Void) throws -> Void) {
        calls.add(1, ordering: .sequentiallyConsistent)
        do {
            try call { self.completions.add(1, ordering: .sequentiallyConsistent) }
        } catch {
            calls.subtract(1, ordering: .sequentiallyConsistent)
        }
    }

    static func answer(_ message: EngineMessage, _ random: inout SplitMix) -> EngineResult {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: .failing(.timeout)
        case 1: EngineResult(status: .success, reply: .unreadable(ReplyFault("x")))
        case 2:
            EngineResult(
                status: .success,
                reply: .createProcess(CreateProcessAnswer(accessDenied: true, processRules: .max)))
        case 3: EngineResult(status: .success, reply: .createProcess(CreateProcessAnswer(processRules: .max)))
        default: .acknowledging(message)
        }
    }
}
