import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct MessageCountTests {
    private let engine = ScriptedEngine.holding()
    private let timers = ManualTimers()
    private let counts = Received<MessageCount>()
    private let driver: Driver

    init() { driver = Driver.make(limits: .make { $0.journalCapacity = 4 }, engine: engine, timers: timers) }

    private func awaitCount(_ minimum: Int, _ change: (inout MessageQuery) -> Void = { _ in }) {
        driver.awaitCount(query(change), atLeast: minimum, timeout: .seconds(1), completion: counts.take)
    }

    private func query(_ change: (inout MessageQuery) -> Void) -> MessageQuery {
        var query = MessageQuery()
        change(&query)
        return query
    }

    private func count(_ change: (inout MessageQuery) -> Void) -> Int {
        driver.messageCount(query(change)).count
    }

    @Test func `messages in the journal are counted by the filters of a page`() throws {
        #expect(driver.messageCount(MessageQuery()) == MessageCount(count: 0, oldest: 1, newest: 0))
        try driver.queueMessages(6)
        #expect(driver.messageCount(MessageQuery()) == MessageCount(count: 4, oldest: 3, newest: 6))
        #expect(count { $0.after = 4 } == 2)
        #expect(count { $0.after = .max } == 0)
        #expect(count { $0.kind = .sync } == 0)
        #expect(count { $0.delivery = .queued } == 4)
    }

    @Test func `a wait ends when there are enough messages`() throws {
        try driver.queueMessages(1)
        awaitCount(3)
        try driver.queueMessages(1)
        #expect(counts.count == 0)
        try driver.queueMessages(1)
        #expect(counts.values.map(\.count) == [3])
        #expect(timers.delays.isEmpty)
    }

    @Test func `a wait for no more than there are ends at once`() throws {
        try driver.queueMessages(3)
        awaitCount(2)
        #expect(counts.values.map(\.count) == [3])
    }

    @Test func `a wait ends at its timeout with what there is`() throws {
        try driver.queueMessages(2)
        awaitCount(3)
        timers.advance(by: .seconds(1))
        #expect(counts.values.map(\.count) == [2])
    }

    @Test func `a canceled wait does not end`() throws {
        let wait = driver.awaitCount(MessageQuery(), atLeast: 1, timeout: .seconds(1), completion: counts.take)
        wait.cancel()
        try driver.queueMessages(1)
        #expect(counts.count == 0)
        #expect(timers.delays.isEmpty)
    }

    @Test func `a wait counts changes of the delivery, and messages that were evicted meanwhile`() throws {
        try driver.queueMessages(3)  // the first one is in hand
        awaitCount(3) { $0.delivery = .sent }
        awaitCount(2) { $0.delivery = .failed }
        engine.acknowledge()
        engine.acknowledge()
        #expect(counts.count == 0)
        try driver.queueMessages(3)  // evicts the two that were sent
        engine.acknowledge()
        #expect(counts.values.map(\.count) == [3])
        engine.answer(.failing(.timeout))
        engine.answer(.failing(.timeout))
        #expect(counts.values.map(\.count) == [3, 2])
    }

    @Test func `messages in another state are not counted any more`() throws {
        try driver.queueMessages(4)
        awaitCount(4) { $0.delivery = .queued }
        engine.acknowledge()
        timers.advance(by: .seconds(1))
        #expect(counts.values.map(\.count) == [2])
    }
}

/// Counts against a model, with searches that are interrupted between any two slices.
@Suite struct MessageCountPropertyTests {
    @Test(arguments: 0..<40) func `a count in slices is that of the journal at its end`(_ seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var journal = Journal(capacity: 50)
        let states = MessageRecord.Delivery.allCases
        var query = MessageQuery()
        query.delivery = .sent
        var search = MessageSearch(query, limit: 1, countsOnly: true)
        // The messages that count, as of the last slice: those that were evicted since then stay as they were.
        var counted: Set<UInt64> = []
        for _ in 0..<2000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                journal.append(.make(journal.nextSequence))
            case 1, 2:
                guard journal.newest > 0 else { continue }
                let sequence = UInt64.random(in: journal.oldest...journal.newest, using: &random)
                guard var record = journal[sequence] else { continue }
                record.delivery = states.randomElement(using: &random) ?? .sent
                journal.store(record)
            default:
                search.resume()
                journal.advance(&search, by: Int.random(in: 1...20, using: &random))
                for sequence in journal.oldest..<max(search.end + 1, journal.oldest) {
                    let matches = journal[sequence]?.delivery == .sent
                    if matches { counted.insert(sequence) } else { counted.remove(sequence) }
                }
                #expect(search.count == counted.count)
            }
        }
    }
}
