import Driver
import Locking
import Messages
import Replay
import TestSupport
import Testing

/// How a feed waits, continues, stops and finishes.
@Suite(.timeLimit(.minutes(5)))
struct EventFeedTests {
    private static func creation(_ processId: Int) -> String {
        #"{"type":"processCreate","processId":\#(processId),"imageFileName":"a"}"# + "\n"
    }

    private func feed(_ driver: Driver, _ change: (inout EventFeed.Options) -> Void = { _ in }) -> EventFeed {
        EventFeed(driver: driver, options: .native(change), onEventTime: { _ in })
    }

    private func consume(_ feed: EventFeed, _ text: String, _ resumed: Received<Void> = Received()) -> Int {
        feed.consume(Array(text.utf8)) { resumed.take(()) }
    }

    @Test func `many lines in one chunk need no more stack than one line`() async {
        let driver = Driver.make(limits: .make { $0.journalCapacity = 10 }, engine: SilentEngine())
        let pair = Self.creation(100) + #"{"type":"processExit","processId":100}"# + "\n"
        let bytes = Array(String(repeating: pair, count: 75_000).utf8)
        let report = await feed(driver).upload(bytes)
        #expect(report.applied == 150_000)
    }

    @Test func `a line is applied only after the one before has completed`() throws {
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(engine: engine)
        let feed = feed(driver)
        let resumed = Received<Void>()
        let (first, second) = (Self.creation(100), Self.creation(104))
        #expect(consume(feed, first + second, resumed) == first.utf8.count)
        #expect(resumed.count == 0)
        #expect(driver.process(104) == nil)
        engine.acknowledge()
        #expect(resumed.count == 1)
        #expect(driver.process(104) == nil)

        let resumedAgain = Received<Void>()
        #expect(consume(feed, second, resumedAgain) == second.utf8.count)
        #expect(driver.process(104) != nil)
        #expect(consume(feed, "\n", resumedAgain) == 0)
        engine.acknowledge()
        #expect(resumedAgain.count == 1)
        #expect(resumed.count == 1)
    }

    @Test func `a waiting feed finishes when its last event is done`() throws {
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(engine: engine)
        let feed = feed(driver)
        let report = Received<FeedReport>()
        let last = String(Self.creation(104).dropLast())
        #expect(consume(feed, Self.creation(100)) == Self.creation(100).utf8.count)
        feed.finish(completion: report.take)
        engine.acknowledge()
        #expect(report.values.map(\.total.applied) == [1])

        let other = self.feed(driver)
        #expect(consume(other, last) == last.utf8.count)
        other.finish(completion: report.take)
        #expect(report.count == 1)
        engine.acknowledge()
        #expect(report.count == 2)
        #expect(driver.process(104) != nil)
    }

    @Test func `the rest of an event does not wait for more input`() throws {
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(engine: engine)
        let feed = EventFeed(
            driver: driver, options: .sysmon { $0.createsInitialThreads = true }, onEventTime: { _ in })
        let line = SysmonLine.create(RecordedProcess(processId: 1000, second: 5)) + "\n"
        #expect(consume(feed, line) == line.utf8.count)
        #expect(try driver.threads(of: 1000) == [])
        engine.acknowledge()
        #expect(try driver.threads(of: 1000).count == 1)
    }

    @Test func `an abandoned feed applies nothing more and calls no completions`() {
        let engine = ScriptedEngine.holding()
        let driver = Driver.make(engine: engine)
        let feed = feed(driver)
        let resumed = Received<Void>()
        _ = consume(feed, Self.creation(100) + Self.creation(104), resumed)
        feed.abandon()
        engine.acknowledge()
        #expect(resumed.count == 0)
        #expect(consume(feed, Self.creation(108), resumed) == Self.creation(108).utf8.count)
        let report = Received<FeedReport>()
        feed.finish(completion: report.take)
        #expect(driver.process(100) != nil)
        #expect(driver.process(104) == nil)
        #expect(driver.process(108) == nil)
        #expect(report.count == 0)
    }

    @Test func `a full queue drops messages as the driver does, or holds the reader`() throws {
        let pair = Self.creation(100) + #"{"type":"processExit","processId":100}"# + "\n"
        let text = String(repeating: pair, count: 5)
        for waits in [false, true] {
            let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 2 })
            try driver.setWorker(paused: true)
            let feed = feed(driver) { $0.waitsWhenFull = waits }
            let resumed = Received<Void>()
            let taken = consume(feed, text, resumed)
            if waits {
                #expect(taken == 3 * pair.utf8.count)
                #expect(driver.counters.async.droppedOnOverflow == 0)
                try driver.stepWorker(count: 1) { _ in }
                #expect(resumed.count == 1)
            } else {
                #expect(taken == text.utf8.count)
                #expect(driver.counters.async.droppedOnOverflow == 3)
            }
        }
    }

    @Test func `an event with several messages waits for room for each of them`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 1 })
        try driver.setWorker(paused: true)
        let feed = EventFeed(driver: driver, options: .sysmon { $0.waitsWhenFull = true }, onEventTime: { _ in })
        // The second record ends the process whose exit was missed, then loads an image.
        let lines = [5, 6].map { SysmonLine.load(RecordedProcess(processId: 100, second: $0)) + "\n" }
        _ = consume(feed, lines[0])
        try driver.stepWorker(count: 1) { _ in }
        let resumed = Received<Void>()
        #expect(consume(feed, lines[1] + lines[1], resumed) == lines[1].utf8.count)
        #expect(driver.counters.async.enqueued == 2)
        #expect(resumed.count == 0)
        try driver.stepWorker(count: 1) { _ in }
        #expect(driver.counters.async.enqueued == 3)
        #expect(driver.counters.async.droppedOnOverflow == 0)
        #expect(resumed.count == 1)
    }

    @Test func `an event that waits twice holds the reader once`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 1 })
        try driver.setWorker(paused: true)
        let feed = EventFeed(driver: driver, options: .sysmon { $0.waitsWhenFull = true }, onEventTime: { _ in })
        let lines = [5, 6].map { SysmonLine.load(RecordedProcess(processId: 100, second: $0)) + "\n" }
        _ = consume(feed, lines[0])
        // The second record waits to end the process whose exit was missed, and again to load an image.
        let resumed = Received<Void>()
        #expect(consume(feed, lines[1] + lines[1], resumed) == lines[1].utf8.count)
        for count in [2, 3] {
            #expect(resumed.count == 0)
            try driver.stepWorker(count: 1) { _ in }
            #expect(driver.counters.async.enqueued == count)
        }
        #expect(resumed.count == 1)
    }

    @Test func `a reader that arrives while an event waits resumes after the whole event`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 1 })
        try driver.setWorker(paused: true)
        let feed = EventFeed(driver: driver, options: .sysmon { $0.waitsWhenFull = true }, onEventTime: { _ in })
        let lines = [5, 6].map { SysmonLine.load(RecordedProcess(processId: 100, second: $0)) + "\n" }
        _ = consume(feed, lines[0])
        #expect(consume(feed, lines[1]) == lines[1].utf8.count)
        let resumed = Received<Void>()
        #expect(consume(feed, lines[1], resumed) == 0)
        for _ in 0..<2 {
            #expect(resumed.count == 0)
            try driver.stepWorker(count: 1) { _ in }
        }
        #expect(resumed.count == 1)
    }

    @Test func `if the service stops while the reader is held, the upload ends`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 1 })
        try driver.setWorker(paused: true)
        let pair = Self.creation(100) + #"{"type":"processExit","processId":100}"# + "\n"
        let feed = feed(driver) { $0.waitsWhenFull = true }
        let resumed = Received<Void>()
        let taken = consume(feed, pair + pair + pair, resumed)
        #expect(taken == 2 * pair.utf8.count)
        driver.unload { _ in }
        #expect(resumed.count == 1)
        #expect(consume(feed, pair) == pair.utf8.count)
        let report = Received<FeedReport>()
        feed.finish(completion: report.take)
        #expect(report.values.map(\.total.stoppedAtLine) == [4])
        let fault = "4: the service is stopping: nothing was applied from this line on"
        #expect(report.values.first?.total.faults == [fault])
        #expect(report.values.first?.total.isComplete == true)
    }

    @Test func `if the host is removed while the reader is held, the remaining lines are skipped`() throws {
        let driver = Driver.make(.make { $0.maxAsyncNotificationCount = 1 })
        try driver.setWorker(paused: true)
        let pair = Self.creation(100) + #"{"type":"processExit","processId":100}"# + "\n"
        let isRemoved = Locked(false)
        let target = EventTarget(driver: driver, isRemoved: { isRemoved.withLock { $0 } }, onEventTime: { _ in })
        let feed = EventFeed(target: target, options: .native { $0.waitsWhenFull = true })
        let resumed = Received<Void>()
        #expect(consume(feed, pair + pair + pair, resumed) == 2 * pair.utf8.count)
        isRemoved.withLock { $0 = true }
        driver.unload { _ in }
        #expect(resumed.count == 1)
        #expect(consume(feed, pair) == pair.utf8.count)
        let report = Received<FeedReport>()
        feed.finish(completion: report.take)
        let total = try #require(report.values.first?.total)
        #expect(total.stoppedAtLine == nil && total.faults == [])
        #expect(total.applied == 3)
        #expect(total.skipped == ["host-removed": 3])
    }

    @Test(arguments: [false, true])
    func `the messages of an upload have the tag of its target`(usesSlices: Bool) throws {
        let driver = Driver.make()
        let tag = CallerTag("upload")
        let slices = InlineSliceQueue()
        let feed = EventFeed(options: .native(), slices: usesSlices ? slices : nil) { _ in
            EventTarget(driver: driver, caller: tag, onEventTime: { _ in })
        }
        _ = consume(feed, Self.creation(100) + #"{"type":"processExit","processId":100}"# + "\n")
        #expect(driver.messages(MessageQuery(), limit: 9).items.map(\.message.caller) == [tag, tag])
    }

    @Test func `lines that are too long are rejected and skipped`() async {
        let lines = [String(repeating: "x", count: 100_000), Self.creation(100), String(repeating: "y", count: 2000)]
        for chunk in [100, .max] {
            let report = await Driver.make().apply(lines, .native { $0.maxLineBytes = 1000 }, chunk: chunk)
            #expect(report.rejected.map(\.line) == [1, 4])
            #expect(report.rejected.allSatisfy { $0.detail == "the line is longer than 1000 bytes" })
            #expect(report.applied == 1)
        }
    }

    @Test func `answers from another thread resume the feed each time`() async throws {
        try await withThreadQueue { queue in
            let driver = Driver.make(engine: LateEngine(queue: queue))
            let text = (0..<2000).map { Self.creation(100 + 4 * $0) }.joined()
            let report = await feed(driver).upload(Array(text.utf8), chunk: 1000)
            #expect(report.applied == 2000)
            #expect(report.messages.direct == ["CreateProcess": 2000])
        }
    }
}

/// An engine that accepts everything and stores nothing.
private struct SilentEngine: EnginePort {
    func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        completion(EngineResult(status: .success))
    }
}
