import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct JournalTests {
    private var journal = Journal(capacity: 3)

    private mutating func append(_ count: Int) {
        for _ in 0..<count { journal.append(.make(journal.nextSequence)) }
    }

    private func sequences(after: UInt64 = 0, limit: Int = 10) -> [UInt64] {
        var query = MessageQuery()
        query.after = after
        return journal.page(query, limit: limit).items.map(\.message.sequence)
    }

    @Test func `an empty journal starts at sequence 1`() {
        let page = journal.page(MessageQuery(), limit: 10)
        #expect(page.items.isEmpty && !page.hasMore)
        #expect(page.oldest == 1)
        #expect(page.newest == 0)
        #expect(journal[0] == nil && journal[1] == nil && journal[.max] == nil)
    }

    @Test mutating func `the journal keeps the latest messages, and sequences have no gaps`() {
        append(5)
        #expect(sequences() == [3, 4, 5])
        #expect(journal.oldest == 3)
        #expect(journal.newest == 5)
        #expect(journal[2] == nil)
        #expect(journal[3]?.message.sequence == 3)
        #expect(journal[6] == nil)
    }

    @Test func `a journal keeps its byte limit, but always the newest message`() {
        let size = MessageRecord.make(1).message.totalSize
        var journal = Journal(capacity: 100, byteLimit: 3 * size)
        for _ in 0..<10 {
            journal.append(.make(journal.nextSequence))
            #expect(journal.bytes <= 3 * size)
        }
        #expect((journal.oldest, journal.newest, journal.bytes) == (8, 10, 3 * size))
        var small = Journal(capacity: 100, byteLimit: 1)
        for _ in 0..<3 { small.append(.make(small.nextSequence)) }
        #expect((small.oldest, small.newest, small.bytes) == (3, 3, size))
    }

    @Test mutating func `a page starts after the given sequence`() {
        append(5)
        #expect(sequences(after: 1) == [3, 4, 5])
        #expect(sequences(after: 3) == [4, 5])
        #expect(sequences(after: 5) == [])
        #expect(sequences(after: .max) == [])
    }

    @Test mutating func `a page tells whether more matches follow`() {
        append(3)
        #expect(journal.page(MessageQuery(), limit: 2).hasMore)
        #expect(!journal.page(MessageQuery(), limit: 3).hasMore)
        var query = MessageQuery()
        query.kind = .sync
        #expect(!journal.page(query, limit: 1).hasMore)
    }

    @Test func `a page of large messages ends sooner, and the next ones contain the rest`() {
        var journal = Journal(capacity: 1000)
        for sequence in UInt64(1)...200 {
            let body = AsyncBody.raw([UInt8](repeating: 0, count: 65_536))
            let message = EngineMessage(
                sequence: sequence, time: .none, kind: .async, process: nil,
                content: .async(AsyncMessage(operation: .logPrint, body: body)))
            journal.append(
                MessageRecord(
                    message: message, by: RoutineRun(routine: .asyncSendNotification, caller: nil), delivery: .queued))
        }
        var query = MessageQuery()
        var found: [UInt64] = []
        for _ in 0..<4 {
            let page = journal.page(query, limit: 1000)
            #expect(page.items.reduce(0) { $0 + $1.message.totalSize } <= Journal.mostPageBytes)
            #expect(page.hasMore == (page.end < 200))
            found += page.items.map(\.message.sequence)
            query.after = page.end
        }
        #expect(found == Array(1...200))
    }

    @Test mutating func `the outcome of a message is stored only while the journal has the message`() {
        append(4)
        for sequence: UInt64 in [1, 4] {
            var record = MessageRecord.make(sequence)
            record.delivery = .sent
            journal.store(record)
        }
        #expect(journal.page(MessageQuery(), limit: 9).items.map(\.delivery) == [.queued, .queued, .sent])
    }

    @Test func `a journal keeps at least one message`() {
        var journal = Journal(capacity: 0)
        journal.append(.make(1))
        journal.append(.make(2))
        #expect(journal.page(MessageQuery(), limit: 9).items.map(\.message.sequence) == [2])
    }

    @Test func `each filter of a query works alone and together with others`() throws {
        let driver = Driver.make()
        try driver.makeProcess(100)
        _ = try driver.sendSyncAtOnce(.registryEventSync(registryData: []), processId: 100)
        _ = try driver.sendAsyncNotification(.registryEvent, .empty(.registryEvent), processId: 4)
        _ = try driver.sendAsyncNotification(.registryEvent, .empty(.registryEvent))
        try driver.setWorker(paused: true)
        _ = try driver.exitProcess(100)
        func found(_ change: (inout MessageQuery) -> Void) -> [UInt64] {
            var query = MessageQuery()
            change(&query)
            return driver.messages(query, limit: 10).items.map(\.message.sequence)
        }
        #expect(found { $0.kind = .direct } == [1])
        #expect(found { $0.kind = .async } == [3, 4, 5])
        #expect(found { $0.operation = .async(.createProcess) } == [1, 5])
        #expect(found { $0.processId = 100 } == [1, 2, 5])
        #expect(found { $0.delivery = .queued } == [5])
        #expect(found { ($0.processId, $0.after) = (100, 1) } == [2, 5])
        #expect(found { ($0.processId, $0.kind, $0.operation) = (100, .async, .async(.createProcess)) } == [5])
        #expect(found { $0.operation = .async(.createThread) } == [])
    }

    @Test func `a journal smaller than the queue loses messages, not counts`() throws {
        let engine = ScriptedEngine()
        let driver = Driver.make(limits: .make { $0.journalCapacity = 2 }, engine: engine)
        try driver.setWorker(paused: true)
        try driver.queueMessages(5)
        #expect(driver.queues(entries: 9).normal.map(\.record.message.sequence) == [1, 2, 3, 4, 5])
        #expect(driver.message(3) == nil)
        try driver.setWorker(paused: false)
        #expect(engine.messages.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(driver.messages(MessageQuery(), limit: 9).items.map(\.delivery) == [.sent, .sent])
        #expect(driver.counters.async.sent == 5)
    }
}

@Suite struct OperationNameTests {
    @Test func `SYN-1, ASY-1: every operation is found by its name, and by nothing else`() {
        for operation in SyncOperation.allCases {
            #expect(EngineMessage.Operation(name: operation.name) == .sync(operation))
        }
        for operation in AsyncOperation.allCases {
            #expect(EngineMessage.Operation(name: operation.name) == .async(operation))
        }
        for name in ["", "createprocess", "CreateProcess ", "NewThreadProcessCmdLine", "3"] {
            #expect(EngineMessage.Operation(name: name) == nil)
        }
    }
}
