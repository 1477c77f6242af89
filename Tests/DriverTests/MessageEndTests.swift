import Driver
import Messages
import TestSupport
import Testing

/// When and how messages come to their end, as the journal keeps it.
@Suite struct MessageEndTests {
    private let clock = ManualClock()

    private func records(_ driver: Driver) -> [MessageRecord] { driver.messages(MessageQuery(), limit: 100).items }

    @Test func `ASY-4: a dropped message names the one that it had to go for, and was never sent`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 2 })
        try driver.setWorker(paused: true)
        try driver.queueMessages(4)
        let found = records(driver)
        #expect(found.map(\.droppedFor) == [3, 4, nil, nil])
        #expect(found.map(\.endedAs) == [1, 2, nil, nil])
        #expect(found.allSatisfy { $0.sentAt == nil && $0.durationNanoseconds == nil && $0.reply == nil })
        #expect(found.map { $0.endedAt != nil } == [true, true, false, false])
    }

    @Test func `ASY-4: a message that finds no room at all is dropped for itself`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 0 })
        try driver.queueMessages(1)
        #expect(records(driver).map(\.droppedFor) == [1])
    }

    @Test func `ASY-6: messages end in the order in which the worker sends them, not in that of their creation`() throws
    {
        let driver = Driver.make()
        try driver.setWorker(paused: true)
        for highPriority in [false, false, true] {
            _ = try driver.sendAsyncNotification(
                .registryEvent, .empty(.registryEvent), highPriority: highPriority)
        }
        try driver.setWorker(paused: false)
        #expect(records(driver).map(\.endedAs) == [2, 3, 1])
    }

    @Test func `SYN-4: a message that was not sent has an end, but no send`() throws {
        let driver = Driver.make(.make { $0.sendSyncNotificationFlag = false })
        let record = try driver.sendSyncAtOnce(.registryEventSync(registryData: []), processId: 4)
        #expect(record.delivery == .notSent)
        #expect((record.sentAt, record.endedAs, record.durationNanoseconds) == (nil, 1, nil))
        #expect(record.endedAt == record.message.time)
    }

    @Test func `a failed send and a reply that is not taken say why, one that is taken does not`() throws {
        let engine = ScriptedEngine { _ in EngineResult(status: .unsuccessful, fault: "HTTP status 500") }
        let driver = Driver.make(engine: engine)
        func explanations() throws -> [String?] {
            try driver.makeProcess(100)
            try driver.queueMessages(1)
            _ = try driver.sendSyncAtOnce(.registryEventSync(registryData: []), processId: 100)
            _ = try driver.exitProcess(100)
            return records(driver).suffix(4).prefix(3).map(\.explanation)
        }
        #expect(try explanations() == ["HTTP status 500", "HTTP status 500", "HTTP status 500"])
        engine.follow { _ in EngineResult(status: .success, reply: .unreadable(ReplyFault(pointer: "/a", "wrong"))) }
        #expect(try explanations() == ["reply not understood: /a: wrong", nil, "reply not understood: /a: wrong"])
        engine.follow { .acknowledging($0) }
        #expect(try explanations() == [nil, nil, nil])
        engine.follow { _ in EngineResult(status: .timeout) }
        #expect(try explanations() == [nil, nil, nil], "only the status is known")
    }

    @Test func `a clock that shows 0 hides no time`() throws {
        let driver = Driver.make(clock: ManualClock(now: .none))
        try driver.makeProcess(100)
        let record = try #require(records(driver).first)
        #expect(record.sentAt == FileTime.none)
        #expect(record.endedAt == FileTime.none)
    }

    @Test func `each kind of message has the times of its send`() throws {
        let held = ScriptedEngine.holding()
        let driver = Driver.make(engine: held, clock: clock)
        let created = clock.now()
        try driver.sendSyncNotification(.registryEventSync(registryData: []), processId: 4) { _ in }
        _ = try driver.sendAsyncNotification(.registryEvent, .empty(.registryEvent))
        try driver.createProcess(ProcessCreation(imageFileName: "a", processId: 100)) { _ in }
        #expect(records(driver).map(\.sentAt) == [created, created, created])
        #expect(records(driver).allSatisfy { $0.endedAt == nil && $0.endedAs == nil })
        clock.advance(by: .milliseconds(3))
        while held.answer(.failing(.timeout)) {}
        let found = records(driver)
        #expect(found.allSatisfy { $0.endedAt == clock.now() && $0.durationNanoseconds == 3_000_000 })
        #expect(found.map(\.endedAs) == [1, 2, 3])
    }

    @Test func `SYN-8: the reply is kept with what the driver read and why it did not match`() throws {
        let answer = EngineAnswer(httpStatus: 200, mediaType: "application/json", body: Array("{}".utf8))
        let engine = ScriptedEngine { _ in
            var result = EngineResult(status: .success, reply: .sync(ReplySyncMessage(operationType: 3)))
            result.answer = answer
            return result
        }
        let driver = Driver.make(engine: engine)
        let record = try driver.sendSyncAtOnce(.registryEventSync(registryData: []), processId: 4)
        let reply = try #require(driver.message(record.message.sequence)?.reply)
        #expect(reply.answer == answer)
        #expect(reply.reading.operationType == 3)
        #expect(
            reply.reading.fault?.description
                == "/operationType: is 3 (NewThreadDifferentProcess); this message is 2 (RegistryEventSync)")
        #expect(!record.acknowledged)
    }

    @Test func `replies that the driver does not read are kept as they arrived`() throws {
        let engine = ScriptedEngine { _ in
            var result = EngineResult(status: .success)
            result.answer = EngineAnswer(httpStatus: 204, mediaType: nil, body: [])
            return result
        }
        let driver = Driver.make(engine: engine)
        _ = try driver.sendAsyncNotification(.registryEvent, .empty(.registryEvent))
        let reply = try #require(driver.message(1)?.reply)
        #expect((reply.answer?.httpStatus, reply.answer?.size) == (204, 0))
        #expect(reply.reading.fault == nil)
        #expect(reply.reading.operationType == nil)
        #expect(reply.reading.creation == nil)
    }

    @Test func `the bytes of replies count for the limit of the journal, and so do names of images`() throws {
        let engine = ScriptedEngine { _ in
            var result = EngineResult(status: .success)
            result.answer = EngineAnswer(httpStatus: 200, mediaType: nil, body: [UInt8](repeating: 0, count: 1 << 16))
            return result
        }
        func kept(_ engine: ScriptedEngine, _ image: UnicodeString) throws -> Int {
            let driver = Driver.make(limits: .make { $0.journalBytes = 16 << 10 }, engine: engine)
            try driver.makeProcess(100, imageFileName: image)
            for _ in 0..<200 {
                _ = try driver.sendAsyncNotification(.registryEvent, .empty(.registryEvent), processId: 100)
            }
            let page = driver.messages(MessageQuery(), limit: 1000)
            #expect(page.newest == 201)
            return page.items.count
        }
        let plain = try kept(ScriptedEngine { _ in EngineResult(status: .success) }, "a")
        #expect(plain > 90)
        #expect(try kept(engine, "a") < plain / 3)
        #expect(
            try kept(ScriptedEngine { _ in EngineResult(status: .success) }, "\(String(repeating: "a", count: 4096))")
                < 5)
    }

    @Test func `each filter about process, routine, acknowledgment and time works`() throws {
        let engine = ScriptedEngine { message in
            guard case .sync(let content) = message.content else { return EngineResult(status: .success) }
            return EngineResult(
                status: .success,
                reply: .sync(ReplySyncMessage(operationType: message.sequence == 3 ? 7 : content.operation.rawValue)))
        }
        let driver = Driver.make(engine: engine, clock: clock)
        let start = clock.now()
        try driver.makeProcess(100, imageFileName: #"C:\Windows\System32\Notepad.exe"#)
        clock.advance(by: .seconds(1))
        _ = try driver.sendSyncAtOnce(.registryEventSync(registryData: []), processId: 100)
        _ = try driver.sendSyncAtOnce(.registryEventSync(registryData: []), processId: 100)
        clock.advance(by: .seconds(1))
        _ = try driver.sendAsyncNotification(.registryEvent, .empty(.registryEvent))
        _ = try driver.exitProcess(100)
        func found(_ change: (inout MessageQuery) -> Void) -> [UInt64] {
            var query = MessageQuery()
            change(&query)
            return driver.messages(query, limit: 10).items.map(\.message.sequence)
        }
        #expect(found { $0.imageFileName = ImageNamePattern(#"*\notepad.EXE"#) } == [1, 2, 3, 5])
        #expect(found { $0.imageFileName = ImageNamePattern("*calc.exe") } == [])
        #expect(found { $0.imageFileName = ImageNamePattern("*") } == [1, 2, 3, 5])
        #expect(found { $0.routine = .createProcessNotifyEx } == [1, 5])
        #expect(found { $0.routine = .asyncSendNotification } == [4])
        #expect(found { $0.acknowledged = true } == [2])
        #expect(found { $0.acknowledged = false } == [3])
        let second = FileTime(ticks: start.ticks + 10_000_000)
        #expect(found { $0.since = second } == [2, 3, 4, 5])
        #expect(found { $0.until = second } == [1])
        #expect(found { ($0.since, $0.until) = (second, FileTime(ticks: second.ticks + 1)) } == [2, 3])
        #expect(found { ($0.since, $0.until) = (second, second) } == [])
    }

    @Test func `a search for names in slices finds what a whole one finds, and a wait continues it`() throws {
        let driver = Driver.make()
        let long = String(repeating: "a", count: 32_000)
        for id in UInt32(25)..<45 { try driver.makeProcess(id * 4, imageFileName: "\(long)\(id)") }
        var query = MessageQuery()
        query.imageFileName = ImageNamePattern("*aaab*")
        var search = driver.messageSearch(query, limit: 10)
        var slices = 0
        var outcome: SlicedMessageSearch.Outcome?
        while outcome == nil {
            outcome = search.advance()
            slices += 1
        }
        #expect(slices > 5)
        let found = try #require(outcome)
        #expect(found.page.items.isEmpty && found.page.newest == 20)
        let page = Received<MessagePage>()
        let wait = driver.awaitMore(after: found, timeout: .seconds(60)) { page.take($0.page) }
        #expect(page.count == 0)
        try driver.makeProcess(400, imageFileName: "\(long)b")
        #expect(page.values.first?.items.map(\.message.sequence) == [21])
        wait.cancel()
    }

    @Test func `a wait for an acknowledgment ends when it comes`() throws {
        let held = ScriptedEngine.holding()
        let driver = Driver.make(engine: held)
        try driver.sendSyncNotification(.registryEventSync(registryData: []), processId: 4) { _ in }
        var query = MessageQuery()
        query.acknowledged = true
        let page = Received<MessagePage>()
        driver.awaitMessages(query, limit: 1, timeout: .seconds(60), completion: page.take)
        #expect(page.count == 0)
        held.acknowledge()
        #expect(page.values.first?.items.map(\.message.sequence) == [1])
    }
}
