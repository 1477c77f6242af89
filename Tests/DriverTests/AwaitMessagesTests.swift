import Driver
import Messages
import TestSupport
import Testing

@Suite struct AwaitMessagesTests {
    private let engine = ScriptedEngine.holding()
    private let timers = ManualTimers()
    private let pages = Received<MessagePage>()
    private let driver: Driver

    init() { driver = Driver.make(limits: .make { $0.journalCapacity = 4 }, engine: engine, timers: timers) }

    private func awaitPage(_ change: (inout MessageQuery) -> Void = { _ in }) {
        var query = MessageQuery()
        change(&query)
        driver.awaitMessages(query, limit: 10, timeout: .seconds(1), completion: pages.take)
    }

    private var sequences: [[UInt64]] { pages.values.map { $0.items.map(\.message.sequence) } }

    @Test func `existing messages are returned at once`() throws {
        try driver.queueMessages(2)
        awaitPage()
        #expect(sequences == [[1, 2]])
        #expect(timers.delays.isEmpty)
    }

    @Test func `a wait gets the next message, once`() throws {
        awaitPage { $0.after = 1 }
        try driver.queueMessages(1)
        #expect(sequences == [])
        try driver.queueMessages(2)
        #expect(sequences == [[2]])
        #expect(timers.delays.isEmpty)
    }

    @Test func `a wait ends at its timeout`() throws {
        awaitPage()
        timers.advance(by: .milliseconds(999))
        #expect(pages.count == 0)
        timers.advance(by: .milliseconds(1))
        #expect(sequences == [[]])
        try driver.queueMessages(1)
        #expect(pages.count == 1)
    }

    @Test func `a message that matches later ends the wait then`() throws {
        try driver.queueMessages(2)
        awaitPage { $0.delivery = .sent }
        awaitPage { ($0.delivery, $0.after) = (.failed, 1) }
        engine.answer(.failing(.timeout))
        #expect(pages.count == 0)
        engine.acknowledge()
        #expect(sequences == [[2]])
    }

    @Test func `messages that do not match do not end a wait`() throws {
        awaitPage { $0.kind = .sync }
        awaitPage { $0.processId = 4 }
        awaitPage { $0.operation = .async(.docOpen) }
        try driver.queueMessages(3)
        #expect(pages.count == 0)
        _ = try driver.sendAsyncNotification(.docOpen, .raw([]))
        #expect(sequences == [[4]])
    }

    @Test func `a message that has left the journal does not end a wait with an empty page`() throws {
        try driver.queueMessages(6)
        awaitPage { $0.delivery = .sent }
        engine.acknowledge()
        #expect(pages.count == 0)
        while engine.acknowledge() {}
        #expect(sequences == [[3]])
    }

    @Test func `many waits each get their page`() throws {
        for after: UInt64 in 0..<3 { awaitPage { $0.after = after } }
        try driver.queueMessages(3)
        #expect(sequences == [[1], [2], [3]])
    }
}
