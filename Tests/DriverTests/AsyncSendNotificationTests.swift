import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct AsyncSendNotificationTests {
    private let engine = ScriptedEngine()
    private let queue = ManualWorkQueue()
    private let driver: Driver

    init() { driver = Driver.make(engine: engine, workQueue: queue) }

    private static let types: [(Int32, String, Bool)] = [
        (0x0, "CreateProcess", false), (0x1, "RegistryEvent", false), (0x2, "SendFile", false),
        (0x3, "LoadImage", false),
        (0x4, "OpenProcess", false), (0x5, "RawVolumeWrite", true), (0x6, "CreateThread", false),
        (0x7, "DocOpen", false), (0x8, "PostMount", true), (0x9, "OpenDesktop", false), (0xB, "PanicMode", false),
        (0xC, "CheckJournal", true), (0xD, "TrustedOrUntrustedProcess", true), (0xE, "LogPrint", false),
        (0xF, "Wow64cpuLoad", false), (0x10, "OpenWithoutRead", false), (0x11, "FolderGuardEvents", false),
        (0x13, "DlpOnFileObjectClose", false),
    ]

    @Test(arguments: types)
    func `ASY-1: each type has its value, its name and its list`(value: Int32, name: String, isHigh: Bool) throws {
        let operation = try #require(AsyncOperation(rawValue: value))
        #expect(operation.name == name)
        let record = try driver.sendAsyncNotification(operation, .empty(operation))
        #expect(record.delivery == .queued)
        #expect(record.routine == .asyncSendNotification)
        let queues = driver.queues(entries: 10)
        #expect(queues.highPriorityCount == (isHigh ? 1 : 0))
        #expect(queues.normalCount == (isHigh ? 0 : 1))
        queue.runAll()
        #expect(engine.messages.last?.operationCode == value)
    }

    @Test(arguments: types)
    func `ASY-1: a raw send may choose the other list`(value: Int32, name: String, isHigh: Bool) throws {
        let operation = try #require(AsyncOperation(rawValue: value))
        _ = try driver.sendAsyncNotification(operation, .empty(operation), highPriority: !isHigh)
        #expect(driver.queues(entries: 10).highPriorityCount == (isHigh ? 0 : 1))
    }

    @Test func `ASY-1: no other value is an operation, including the holes 0xA and 0x12`() {
        let values = ((-1)...0x100).compactMap(AsyncOperation.init(rawValue:)).map(\.rawValue)
        #expect(values == AsyncSendNotificationTests.types.map(\.0))
    }

    @Test(arguments: types)
    func `ASY-2: types below 0xA are numbered, the others have 0`(value: Int32, name: String, isHigh: Bool) throws {
        let operation = try #require(AsyncOperation(rawValue: value))
        for number: Int64 in 1...3 {
            let record = try driver.sendAsyncNotification(operation, .empty(operation))
            #expect(record.notificationNumber == (value < 0xA ? number : 0))
        }
        #expect(driver.counters.async.asyncNotificationCount == (value < 0xA ? 3 : 0))
    }

    @Test func `ASY-2: direct sends take numbers from the same counter`() throws {
        _ = try driver.sendAsyncNotification(.docOpen, .raw([]))
        try driver.makeProcess(100, flags: .imageWow64cpuLoaded)
        #expect(engine.messages.last?.async?.notificationNumber == 2)
        let report = try driver.loadImageAtOnce(ImageLoad(processId: 100, fullImageName: "a"))
        #expect(report.messages.map(\.notificationNumber) == [0, 3], "Wow64cpuLoad has none")
    }

    @Test func `ASY-2: queued and direct messages are counted for their process, synchronous ones are not`() throws {
        try driver.makeProcess(100, flags: .imageWow64cpuLoaded)
        #expect(driver.process(100)?.notificationsSent == 1)
        _ = try driver.loadImageAtOnce(ImageLoad(processId: 100, fullImageName: "a"))
        #expect(driver.process(100)?.notificationsSent == 3)
        _ = try driver.sendAsyncNotification(.logPrint, .raw([]), processId: 100)
        _ = try driver.sendAsyncNotification(.logPrint, .raw([]))
        #expect(driver.process(100)?.notificationsSent == 4)
        _ = try driver.sendSyncAtOnce(.registryEventSync(registryData: []), processId: 100)
        #expect(driver.process(100)?.notificationsSent == 4)
    }

    @Test func `ASY-2: a message about a process that is not alive is refused and takes no number`() throws {
        #expect(throws: DriverError.unknownProcess(100)) {
            try driver.sendAsyncNotification(.docOpen, .raw([]), processId: 100)
        }
        #expect(driver.counters.async == AsyncCounters())
        #expect(driver.messages(MessageQuery(), limit: 1).newest == 0)
    }

    @Test(arguments: types)
    func `ASY-2: a body of another operation's layout is refused and takes no number`(
        value: Int32, name: String, isHigh: Bool
    ) throws {
        let operation = try #require(AsyncOperation(rawValue: value))
        let other = AsyncBody.empty(operation == .wow64cpuLoad ? .logPrint : .wow64cpuLoad)
        #expect(throws: DriverError.self) { try driver.sendAsyncNotification(operation, other) }
        #expect(driver.counters.async == AsyncCounters())
        #expect(driver.messages(MessageQuery(), limit: 1).newest == 0)
    }

    @Test func `ASY-4: an overflow is journaled as dropped and counted as failed`() throws {
        driver.changeConfig { $0.maxAsyncNotificationCount = 2 }
        let sequences = try driver.queueMessages(2)
        let record = try driver.sendAsyncNotification(.postMount, .raw([]))
        #expect(record.delivery == .queued)
        #expect(driver.message(sequences[0])?.delivery == .dropped, "evicted from the other list")
        #expect(driver.message(sequences[1])?.delivery == .queued)
        let counters = driver.counters
        #expect(counters.async.enqueued == 3)
        #expect(counters.async.droppedOnOverflow == 1)
        #expect(counters.async.failedNotifications == 1)
        #expect(counters.queued == 2)
        #expect(counters.isConserved)
        queue.runAll()
        #expect(engine.messages.map(\.sequence) == [3, 2])
    }

    @Test func `ASY-4: with limit 0 every new message is dropped`() throws {
        driver.changeConfig { $0.maxAsyncNotificationCount = 0 }
        let record = try driver.sendAsyncNotification(.docOpen, .raw([]))
        #expect(record.delivery == .dropped)
        #expect(driver.message(record.message.sequence) == record)
        #expect(record.notificationNumber == 1)
        queue.runAll()
        #expect(engine.messages.isEmpty)
        #expect(driver.counters.async.droppedOnOverflow == 1)
        #expect(driver.counters.isConserved)
    }

    @Test func `ASY-7: sizes and results are counted, including failures`() throws {
        engine.follow { message in message.sequence == 2 ? .failing(.portDisconnected) : .acknowledging(message) }
        driver.changeConfig { $0.asyncTimeout = .milliseconds(55) }
        for bytes in [[], [1], [1, 2]] as [[UInt8]] { _ = try driver.sendAsyncNotification(.logPrint, .raw(bytes)) }
        #expect(driver.counters.totalSizeRemainingNotifications == 3 * 0x18 + 3)
        queue.runAll()
        let counters = driver.counters
        #expect(counters.totalSizeRemainingNotifications == 0)
        #expect(counters.async.totalSizeNotificationsSent == 3 * 0x18 + 3)
        #expect(counters.async.sent == 2)
        #expect(counters.async.sendFailed == 1)
        #expect(counters.async.failedNotifications == 1)
        #expect(driver.messages(MessageQuery(), limit: 9).items.map(\.delivery) == [.sent, .failed, .sent])
        #expect(driver.message(2)?.status == .portDisconnected)
        #expect(engine.received.allSatisfy { $0.timeout == .milliseconds(55) })
        #expect(engine.messages.map(\.sequence) == [1, 2, 3], "no retry")
    }

    @Test func `ASY-8: the counted size is the message's less 8`() throws {
        let record = try driver.sendAsyncNotification(.logPrint, .raw([UInt8](repeating: 0, count: 100)))
        #expect(record.message.totalSize == 0x20 + 100)
        #expect(driver.queues(entries: 1).normal.first?.size == 0x18 + 100)
        try driver.makeProcess(100)
        _ = try driver.loadImageAtOnce(ImageLoad(processId: 100, fullImageName: "abc"))
        #expect(driver.queues(entries: 2).normal.last?.size == 0x78 + 8 - 8)
    }

    @Test func `ASY-10: the sum holds after every step of a mixed run`() throws {
        driver.changeConfig { $0.maxAsyncNotificationCount = 5 }
        engine.follow { $0.sequence.isMultiple(of: 3) ? .failing(.timeout) : nil }
        for step in 0..<200 {
            _ = try driver.sendAsyncNotification(.logPrint, .raw([]), highPriority: step.isMultiple(of: 2))
            #expect(driver.counters.isConserved)
            if step.isMultiple(of: 2) { queue.runNext() }
            #expect(driver.counters.isConserved)
            if step.isMultiple(of: 5) { engine.acknowledge() }
            #expect(driver.counters.isConserved)
        }
        while engine.acknowledge() || queue.runNext() {}
        let counters = driver.counters
        #expect(counters.isConserved)
        #expect(counters.queued == 0 && counters.inHand == 0)
        #expect(counters.async.sendFailed > 0 && counters.async.droppedOnOverflow > 0 && counters.async.sent > 0)
    }

    @Test func `ASY-11: the defaults are those of the model`() {
        let config = DriverConfig()
        #expect(config.maxAsyncNotificationCount == 4096)
        #expect(config.asyncStarvationLimit == 8)
        #expect(config.asyncTimeout == .seconds(5))
        #expect(config.syncMonitorNotificationTimeout == .seconds(1))
        #expect(config.maxProcessCreationMessageTimeout == .seconds(5))
        #expect(config.syncMonitorNotificationFlag)
        #expect(config.sendSyncNotificationFlag)
        #expect(config.sendingSyncSemaphoreLimit == 16)
        #expect(config.createThreadNotifyRoutineEx)
    }
}
