import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct SyncMonitorNotificationTests {
    private let clock = ManualClock()
    private let engine = ScriptedEngine()
    private let driver: Driver

    init() throws {
        driver = Driver.make(engine: engine, clock: clock)
        try driver.makeProcess(100, rules: ProcessRules(rawValue: .max))
        _ = try driver.createStreamContext(fileName: #"C:\app.dll"#, rules: StreamContextRules(rawValue: .max))
    }

    private func send(_ operation: SyncOperation) throws -> MessageRecord {
        try driver.sendSyncAtOnce(operation.sampleData, processId: 100)
    }

    @Test(
        arguments: [
            (0x1, "NewImageLoadPerStream"), (0x2, "RegistryEventSync"), (0x3, "NewThreadDifferentProcess"),
            (0x5, "NewImageLoadPerProcess"), (0x6, "NewThreadSameProcess"), (0x7, "NewThreadAndCmdLine"),
        ] as [(Int32, String)])
    func `SYN-1: each operation type is sent with its value`(value: Int32, name: String) throws {
        let operation = try #require(SyncOperation(rawValue: value))
        #expect(operation.name == name)
        let record = try send(operation)
        #expect(record.routine == .sendSyncMonitorNotification)
        let message = try #require(engine.messages.last)
        #expect(message.kind == .sync)
        #expect(message.operationCode == value)
        #expect(message.sync?.data == operation.sampleData)
    }

    @Test func `SYN-1: no other value is an operation, including the hole 0x4`() {
        let values = ((-1)...0x100).compactMap(SyncOperation.init(rawValue:)).map(\.rawValue)
        #expect(values == [1, 2, 3, 5, 6, 7])
        #expect(SyncOperation(rawValue: .min) == nil)
    }

    @Test(arguments: SyncOperation.allCases)
    func `SYN-2: with the flag off nothing is sent and nothing is counted`(operation: SyncOperation) throws {
        driver.changeConfig { $0.syncMonitorNotificationFlag = false }
        let before = driver.counters
        let sent = engine.messages.count
        let record = try send(operation)
        #expect(record.delivery == .notSent)
        #expect(record.explanation == "syncMonitorNotificationFlag is false")
        #expect(record.status == .unsuccessful)
        #expect(!record.acknowledged)
        #expect(engine.messages.count == sent)
        #expect(driver.counters == before)
        #expect(driver.process(100)?.rules.rawValue == .max)
        #expect(driver.message(record.message.sequence) == record)
    }

    @Test func `SYN-2: a process that is not alive and a stream without a context are refused`() throws {
        let sequence = driver.messages(MessageQuery(), limit: 100).newest
        #expect(throws: DriverError.unknownProcess(101)) {
            try driver.sendSyncAtOnce(.registryEventSync(registryData: []), processId: 101)
        }
        #expect(throws: DriverError.unknownStreamContext) {
            try driver.sendSyncAtOnce(.newImageLoadPerStream(imageName: "other"), processId: 100)
        }
        #expect(driver.messages(MessageQuery(), limit: 100).newest == sequence)
    }

    @Test(arguments: SyncOperation.allCases)
    func `SYN-4: with SendSyncNotificationFlag off the message fails before it is sent`(operation: SyncOperation) throws
    {
        driver.changeConfig { $0.sendSyncNotificationFlag = false }
        let sent = engine.messages.count
        let record = try send(operation)
        #expect(record.delivery == .notSent)
        #expect(record.explanation == "sendSyncNotificationFlag is false")
        #expect(record.status == .unsuccessful)
        #expect(engine.messages.count == sent)
        var expected = SyncCounters()
        expected.errorCount = 1
        expected.errorStatus = .unsuccessful
        #expect(try driver.syncCounters(operation) == expected)
    }

    @Test(arguments: [NTStatus.success, .timeout, .unsuccessful])
    func `SYN-5: every send is counted with its duration, whatever its result`(status: NTStatus) throws {
        let clock = clock
        engine.follow { _ in
            clock.advance(by: .microseconds(812))
            return EngineResult(status: status)
        }
        driver.changeConfig { $0.syncMonitorNotificationTimeout = .milliseconds(321) }
        for _ in 0..<2 {
            let record = try send(.registryEventSync)
            #expect(record.durationNanoseconds == 812_000)
        }
        let counters = try driver.syncCounters(.registryEventSync)
        #expect(counters.notificationsCount == 2)
        #expect(counters.totalTimeNanoseconds == 2 * 812_000)
        #expect(engine.received.last?.timeout == .milliseconds(321))
    }

    @Test(arguments: SyncOperation.allCases)
    func `SYN-6: a failed send is counted as an error and leaves the rule set`(operation: SyncOperation) throws {
        engine.follow { message in
            EngineResult(status: .portDisconnected, reply: EngineResult.acknowledging(message).reply)
        }
        let record = try send(operation)
        #expect(record.delivery == .failed)
        #expect(record.status == .portDisconnected)
        #expect(!record.acknowledged)
        #expect(record.clearedRule == nil)
        var expected = SyncCounters()
        expected.notificationsCount = 1
        expected.errorCount = 1
        expected.errorStatus = .portDisconnected
        #expect(try driver.syncCounters(operation) == expected)
        #expect(driver.process(100)?.rules.rawValue == .max)
        #expect(driver.streamContexts.first?.rules.rawValue == .max)
    }

    @Test func `SYN-6: STATUS_TIMEOUT is a failure and is counted as a timeout too`() throws {
        engine.follow { _ in .failing(.timeout) }
        _ = try send(.registryEventSync)
        engine.follow { _ in .failing(.unsuccessful) }
        _ = try send(.registryEventSync)
        let counters = try driver.syncCounters(.registryEventSync)
        #expect(counters.errorCount == 2)
        #expect(counters.ioTimeoutCount == 1)
        #expect(counters.errorStatus == .unsuccessful, "the last one")
    }

    @Test func `SYN-7: the type is at offset 8 of a binary reply of 0x14 bytes or more`() throws {
        var bytes = [UInt8](repeating: 0xFF, count: 0x14)
        bytes.replaceSubrange(8..<12, with: [3, 0, 0, 0])
        for (reply, matches) in [
            (bytes, true), (bytes + [1, 2, 3], true), (bytes.dropLast(), false), ([], false),
            (bytes.map { $0 == 3 ? 6 : $0 }, false), ([3] + [UInt8](repeating: 0, count: 0x13), false),
            (bytes[0..<9] + [1] + bytes[10...], false),
        ] {
            engine.follow { _ in EngineResult(status: .success, reply: .bytes(Array(reply))) }
            let record = try send(.newThreadDifferentProcess)
            #expect(record.acknowledged == matches, "\(reply)")
        }
    }

    @Test(arguments: SyncOperation.allCases)
    func `SYN-8: a mismatched reply is counted and leaves the rule set`(operation: SyncOperation) throws {
        let other: Int32 = operation == .registryEventSync ? 3 : 2
        let mismatches: [EngineReply] = [
            .empty, .unreadable(ReplyFault("x")), .createProcess(CreateProcessAnswer()),
            .sync(ReplySyncMessage(operationType: other)),
            .sync(ReplySyncMessage(operationType: operation.rawValue | 0x100)), .bytes([]),
        ]
        for (count, reply) in mismatches.enumerated() {
            engine.follow { _ in EngineResult(status: .success, reply: reply) }
            let record = try send(operation)
            #expect(record.delivery == .sent)
            #expect(!record.acknowledged)
            #expect(record.clearedRule == nil)
            #expect(try driver.syncCounters(operation).recvErrorCount == UInt64(count) + 1)
        }
        let counters = try driver.syncCounters(operation)
        #expect(counters.recvCount == 0)
        #expect(counters.errorCount == 0)
        #expect(driver.process(100)?.rules.rawValue == .max)
        #expect(driver.streamContexts.first?.rules.rawValue == .max)
    }

    @Test(
        arguments: [
            (.newImageLoadPerStream, 0, 0x8000), (.registryEventSync, 0x200000, 0),
            (.newThreadDifferentProcess, 0x400000, 0),
            (.newImageLoadPerProcess, 0x8000000, 0), (.newThreadSameProcess, 0x10000000, 0),
            (.newThreadAndCmdLine, 0x20000000, 0),
        ] as [(SyncOperation, UInt32, UInt32)])
    func `SYN-9: an acknowledgment clears one bit of its rule word and nothing else`(
        operation: SyncOperation, processBit: UInt32, streamBit: UInt32
    ) throws {
        let record = try send(operation)
        #expect(record.acknowledged)
        #expect(
            record.clearedRule
                == (streamBit == 0 ? ProcessRules(rawValue: processBit).names.first : "NotifyImageLoadRule"))
        #expect(driver.process(100)?.rules.rawValue == ~processBit)
        #expect(driver.streamContexts.first?.rules.rawValue == ~streamBit)
        var expected = SyncCounters()
        expected.notificationsCount = 1
        expected.recvCount = 1
        #expect(try driver.syncCounters(operation) == expected)
        let again = try send(operation)
        #expect(again.acknowledged)
        #expect(again.clearedRule == nil, "the bit was clear already")
    }

    @Test func `SYN-9: an acknowledged NewThreadDifferentProcess clears 0x400000 and nothing else`() throws {
        try driver.makeProcess(104)
        _ = try driver.changeFlags(of: 100, .replace([]))
        let creation = ThreadCreation(processId: 104, creatorProcessId: 100)
        let report = try #require(try driver.createThreadAtOnce(creation).routines.first)
        #expect(report.messages.first?.clearedRule == "NotifyNewThreadDifferentProcess")
        #expect(driver.process(100)?.rules.rawValue == ~0x40_0000)
    }

    @Test func `SYN-9: a late acknowledgment does not touch the next owner of the pid`() throws {
        engine.follow { _ in nil }
        let record = Received<MessageRecord>()
        try driver.sendSyncNotification(.registryEventSync(registryData: []), processId: 100, completion: record.take)
        let waiting = engine.waiting
        _ = try driver.exitProcess(100)
        engine.follow { .acknowledging($0) }
        let next = try driver.makeProcess(100, rules: ProcessRules(rawValue: .max))
        engine.acknowledge(waiting.first)
        #expect(record.values.first?.acknowledged == true)
        #expect(record.values.first?.clearedRule == nil)
        #expect(driver.process(100) == next)
        #expect(try driver.syncCounters(.registryEventSync).recvCount == 1)
    }

    @Test func `SYN-10: the event waits for the answer while other processes continue`() throws {
        engine.follow { _ in nil }
        try driver.makeProcessHeld(104)
        let held = Received<ThreadCreationOutcome>()
        try driver.createThread(ThreadCreation(processId: 100), completion: held.take)
        #expect(held.count == 0)
        _ = try driver.createThreadAtOnce(ThreadCreation(processId: 104))
        #expect(held.count == 0)
        while engine.acknowledge() {}
        #expect(held.count == 1)
    }
}

extension Driver {
    /// Creates a process without rules while the engine gives no answer.
    fileprivate func makeProcessHeld(_ processId: UInt32) throws {
        try createProcess(ProcessCreation(imageFileName: "a", processId: processId)) { _ in }
    }
}
