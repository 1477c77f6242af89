import Messages
import TestSupport
import Testing

@testable import Driver

/// UIA-2: readers that have seen a message learn how it ended.
@Suite struct EndingsTests {
    private let queue = ManualWorkQueue()

    private func driver(journal: Int = 100) -> Driver {
        Driver.make(
            .make { $0.maxAsyncNotificationCount = 5 }, limits: .make { $0.journalCapacity = journal }, workQueue: queue
        )
    }

    private func enqueue(_ driver: Driver, _ count: Int) throws {
        for _ in 0..<count { _ = try driver.sendAsyncNotification(.logPrint, .raw([])) }
    }

    @Test func `UIA-2: messages are listed in the order of their ends, as they are now`() throws {
        let driver = driver()
        try enqueue(driver, 7)
        queue.runAll()
        let page = driver.endings(after: 0, MessageQuery(), seen: 7, limit: 100)
        #expect(page.items.map(\.message.sequence) == [1, 2, 3, 4, 5, 6, 7])
        #expect(page.items.map(\.delivery) == [.dropped, .dropped, .sent, .sent, .sent, .sent, .sent])
        #expect((page.end, page.missed, page.hasMore) == (7, 0, false))
        #expect(driver.endings(after: 7, MessageQuery(), seen: 7, limit: 100).items.isEmpty)
    }

    @Test func `UIA-2: messages that the reader has yet to see are not updates for it`() throws {
        let driver = driver()
        try enqueue(driver, 5)
        queue.runAll()
        #expect(driver.endings(after: 0, MessageQuery(), seen: 2, limit: 100).items.map(\.message.sequence) == [1, 2])
    }

    @Test func `UIA-2: filters hold for updates`() throws {
        let driver = driver()
        try driver.createProcess(ProcessCreation(imageFileName: "a.exe", processId: 8)) { _ in }
        try enqueue(driver, 2)
        queue.runAll()
        var query = MessageQuery()
        query.kind = .direct
        #expect(driver.endings(after: 0, query, seen: 9, limit: 100).items.map(\.message.sequence) == [1])
        query.imageFileName = ImageNamePattern("*b.exe")
        #expect(driver.endings(after: 0, query, seen: 9, limit: 100).items.isEmpty)
    }

    @Test func `UIA-2: ends that are no longer known are counted`() throws {
        let driver = driver(journal: 3)
        try enqueue(driver, 5)
        queue.runAll()
        try enqueue(driver, 5)
        queue.runAll()
        let page = driver.endings(after: 0, MessageQuery(), seen: 10, limit: 100)
        #expect(page.items.map(\.message.sequence) == [8, 9, 10])
        #expect(page.missed == 7)
        // Ended after the journal has evicted it.
        let late = self.driver(journal: 1)
        try enqueue(late, 3)
        queue.runAll()
        #expect(late.endings(after: 0, MessageQuery(), seen: 3, limit: 100).missed == 2)
    }

    @Test func `UIA-2: a page has at most its limit, and the next one goes on`() throws {
        let driver = driver()
        try enqueue(driver, 5)
        queue.runAll()
        let first = driver.endings(after: 0, MessageQuery(), seen: 5, limit: 2)
        #expect((first.items.count, first.end, first.hasMore) == (2, 2, true))
        #expect(
            driver.endings(after: first.end, MessageQuery(), seen: 5, limit: 9).items.map(\.message.sequence) == [
                3, 4, 5,
            ])
    }

    @Test func `UIA-2: the end of a message wakes those that follow ends, and a message wakes them too`() throws {
        let driver = driver()
        try enqueue(driver, 1)
        let woken = Received<String>()
        guard case .waiting = driver.follow(after: 1, ends: 0, { woken.take("end") }) else {
            Issue.record("nothing is new")
            return
        }
        queue.runAll()
        #expect(woken.values == ["end"])
        guard case .waiting = driver.follow(after: 1, ends: 1, { woken.take("message") }) else {
            Issue.record("nothing is new")
            return
        }
        try enqueue(driver, 1)
        #expect(woken.values == ["end", "message"])
        #expect(driver.follow(after: 1, ends: 1) {} == .ready)
    }
}
