import Driver
import Locking
import Messages
import Replay
import Runtime
import TestSupport
import Testing

/// Replays at the pace of their recording, in virtual time.
@Suite(.timeLimit(.minutes(5)))
struct PacedFeedTests {
    private static let first = RecordedProcess(processId: 1000, second: 5)
    private static let second = RecordedProcess(processId: 2000, second: 6)
    private static let third = RecordedProcess(processId: 3000, second: 7)
    private let first = Self.first
    private let second = Self.second
    private let third = Self.third

    /// A replay in which creations take 3 s and everything else takes no time.
    private func slowCreations(_ rules: ProcessRules = []) -> (VirtualReplay, SlowEngine) {
        let made = Locked<SlowEngine?>(nil)
        let replay = VirtualReplay(rules: rules) { time in
            let engine = SlowEngine(time) { $0.kind == .direct ? .seconds(3) : .zero }
            made.withLock { $0 = engine }
            return engine
        }
        return (replay, made.withLock { $0 } ?? SlowEngine(replay.time) { _ in .zero })
    }

    @Test func `SYN-10: a creation that waits for the engine delays its own process and no other`() throws {
        let (replay, engine) = slowCreations()
        let report = try #require(
            replay.run([
                SysmonLine.create(first).at(0), SysmonLine.load(second).at(1000), SysmonLine.load(first).at(1500),
                SysmonLine.load(third).at(2000),
            ]))
        #expect(
            engine.deliveries.map(\.text) == [
                "0 CreateProcess 1000", "1000 LoadImage 2000", "2000 LoadImage 3000", "3000 LoadImage 1000",
            ])
        #expect(report.total.applied == 4)
        #expect(report.total.processesSynthesised == 2)
        // Each event has its recorded time, however late it is applied.
        #expect(replay.events.values.map(\.time) == [0, 1000, 2000, 1500].map { .at($0) })
        #expect(replay.events.values.map(\.milliseconds) == [0, 1000, 2000, 3000])
    }

    @Test func `an event waits for its parent's creation, and the parent's events wait for that of its child`() throws {
        let (replay, engine) = slowCreations()
        let report = try #require(
            replay.run([
                SysmonLine.create(first).at(0), SysmonLine.create(second, by: first).at(100),
                SysmonLine.load(first).at(200), SysmonLine.load(third).at(300),
            ]))
        #expect(
            engine.deliveries.map(\.text) == [
                "0 CreateProcess 1000", "300 LoadImage 3000", "3000 CreateProcess 2000", "6000 LoadImage 1000",
            ])
        #expect(report.total.isComplete)
    }

    @Test(arguments: [(Self.first, Self.second), (Self.second, Self.first)])
    func `event 8 waits for both of its processes, and later events of both wait for it`(
        source: RecordedProcess, target: RecordedProcess
    ) throws {
        let (replay, engine) = slowCreations()
        let report = try #require(
            replay.run([
                SysmonLine.create(first).at(0), SysmonLine.thread(from: source, in: target).at(100),
                SysmonLine.load(second).at(200), SysmonLine.load(first).at(300), SysmonLine.load(third).at(400),
            ]))
        #expect(report.total.appliedByType == ["processCreate": 1, "threadCreate": 1, "imageLoad": 3])
        #expect(engine.deliveries.map(\.text).prefix(2) == ["0 CreateProcess 1000", "400 LoadImage 3000"])
        #expect(Set(engine.deliveries.map(\.text).dropFirst(2)) == ["3000 LoadImage 1000", "3000 LoadImage 2000"])
        #expect(replay.events.values.map(\.time).prefix(3) == [.at(0), .at(400), .at(100)])
    }

    @Test func `SYN-10: a thread that waits for the engine delays the target too`() throws {
        let made = Locked<SlowEngine?>(nil)
        let replay = VirtualReplay(rules: .notifyNewThreadDifferentProcess) { time in
            let engine = SlowEngine(time) { $0.kind == .sync ? .milliseconds(600) : .zero }
            made.withLock { $0 = engine }
            return engine
        }
        _ = replay.run([
            SysmonLine.thread(from: first, in: second).at(0), SysmonLine.load(second).at(50),
            SysmonLine.load(third).at(100), SysmonLine.load(first).at(700),
        ])
        #expect(
            made.withLock { $0 }?.deliveries.map(\.text) == [
                "0 NewThreadDifferentProcess 1000", "100 LoadImage 3000", "600 CreateThread 1000",
                "600 LoadImage 2000", "700 LoadImage 1000",
            ])
    }

    @Test(arguments: [1.0, 4, 0.5])
    func `events keep their recorded distance, and those out of order are applied at once`(
        speed: Double
    ) throws {
        let replay = VirtualReplay(speed: speed) { EmbeddedEngine(timers: $0) }
        let times = [100, 350, 350, 1100, 800, 0, 2100]
        let report = try #require(
            replay.run(times.map { SysmonLine.load(RecordedProcess(processId: UInt64(4000 + $0), second: 5)).at($0) }))
        #expect(report.total.applied == 7)
        #expect(replay.events.values.map(\.time) == times.map { .at($0) })
        let due = [0, 250, 250, 1000, 1000, 1000, 2000].map { Int(Double($0) / speed) }
        #expect(replay.events.values.map(\.milliseconds) == due)
        // Messages have the time of the recording, which does not go back for events out of order.
        let made = replay.driver.messages(MessageQuery(), limit: 100).items.map(\.message.time)
        #expect(made == [100, 350, 350, 1100, 1100, 1100, 2100].map { .at($0) })
    }

    @Test func `machines that share a time and take turns are applied too late, and the report says so`() async throws {
        let replay = VirtualReplay { EmbeddedEngine(timers: $0) }
        let events = [("PC1", 0), ("PC2", 100), ("PC1", 5000), ("PC2", 900), ("PC2", 4500), ("PC1", 6000)]
        let lines = events.map { SysmonLine.load(first, host: $0).at($1) }
        let options = EventFeed.Options.sysmon { $0.replaysAllMachines = true }
        let report = try #require(replay.run(lines, options))
        #expect(replay.events.values.map(\.milliseconds) == [0, 100, 5000, 5000, 5000, 6000])
        #expect(
            report.gaps.first
                == "1 event stands behind events of another machine that happened over a second later, so it was late "
                + "(replay each machine alone, with --machine)")
        let asFastAsPossible = EventFeed(driver: .make(), options: options, onEventTime: { _ in })
        let unpaced = await asFastAsPossible.replay(Array(lines.joined(separator: "\n").utf8))
        #expect(unpaced.total.applied == 6)
        #expect(!unpaced.gaps.contains { $0.contains("another machine") })
    }

    @Test func `an event without a time is applied right after the previous one`() throws {
        let replay = VirtualReplay { EmbeddedEngine(timers: $0) }
        let engineTimes = Received<Int>()
        let observation = replay.driver.observe(Ends { [time = replay.time] _ in engineTimes.take(time.milliseconds) })
        defer { replay.driver.endObservation(observation) }
        _ = try #require(
            replay.run([
                SysmonLine.load(first).at(0), SysmonLine.load(second), SysmonLine.load(first).at(500),
                SysmonLine.load(third), SysmonLine.load(second).at(400),
            ]))
        #expect(engineTimes.values == [0, 0, 500, 500, 500])
        #expect(replay.events.count == 3)
    }

    @Test func `records without an event take no time`() throws {
        let replay = VirtualReplay { EmbeddedEngine(timers: $0) }
        let report = try #require(
            replay.run([
                SysmonLine.load(first).at(0), SysmonLine.open(from: first, to: second).at(60_000),
                SysmonLine.load(first).at(10),
            ]))
        #expect(report.total.skipped == ["process-open": 1])
        #expect(replay.events.values.map(\.milliseconds) == [0, 10])
        #expect(replay.time.milliseconds == 10)
    }

    @Test func `ASY-4: a slow engine overflows the queue if it is not drained, and the ledger counts it`()
        throws
    {
        let replay = VirtualReplay(.make { $0.maxAsyncNotificationCount = 2 }) { time in
            EmbeddedEngine(.init(delay: .milliseconds(4900)), timers: time)
        }
        let lines = (0..<6).map { SysmonLine.load(first, "\($0).dll").at($0 * 100) }
        let report = try #require(replay.run(lines))
        #expect(report.total.applied == 6)
        let counters = replay.driver.counters
        #expect(counters.async.droppedOnOverflow == 3)
        #expect(counters.async.sent == 3)
        #expect(counters.isConserved && counters.queued == 0 && counters.inHand == 0)
        let loss = try #require(replay.ledger.losses.first)
        #expect(replay.ledger.losses.count == 1)
        #expect((loss.reason.name, loss.count) == ("overflow", 3))
        #expect((loss.first.sequence, loss.first.subject, loss.first.time) == (2, "1.dll", .at(100)))
        #expect((loss.last.sequence, loss.last.subject, loss.last.time) == (4, "3.dll", .at(300)))
        // The first is in hand until 4.9 s; the last two are sent after it.
        #expect(replay.time.milliseconds == 3 * 4900)
    }

    @Test func `if the queue is drained, the next event of the process waits for the engine and nothing is dropped`()
        throws
    {
        let replay = VirtualReplay(.make { $0.maxAsyncNotificationCount = 1 }) { time in
            EmbeddedEngine(.init(delay: .milliseconds(1000)), timers: time)
        }
        let lines = (0..<5).map { SysmonLine.load(first, "\($0).dll").at($0 * 100) }
        let report = try #require(replay.run(lines, .sysmon { $0.drainsQueue = true }))
        #expect(report.total.applied == 5)
        #expect(replay.driver.counters.async.droppedOnOverflow == 0)
        #expect(replay.events.values.map(\.milliseconds) == [0, 1000, 2000, 3000, 4000])
    }

    @Test func `SYN-6: an engine that takes more than 1000 ms times out, and the rule stays set`() throws {
        let replay = VirtualReplay(rules: .notifyImageLoadRule) { time in
            EmbeddedEngine(.init(delay: .milliseconds(1001)), timers: time)
        }
        let report = try #require(replay.run([SysmonLine.load(first, "a").at(0), SysmonLine.load(first, "b").at(1)]))
        #expect(report.total.messages.sync == ["NewImageLoadPerProcess": 2])
        let counters = try #require(
            replay.driver.counters.sync.first { $0.operation == .newImageLoadPerProcess }?.counters)
        #expect((counters.ioTimeoutCount, counters.errorCount, counters.recvCount) == (2, 2, 0))
        #expect(counters.totalTimeNanoseconds == 2_000_000_000)
        #expect(replay.driver.process(1000)?.rules == .notifyImageLoadRule)
        let loss = try #require(replay.ledger.losses.first { $0.type.kind == .sync })
        #expect((loss.reason.name, loss.count) == ("STATUS_TIMEOUT", 2))
        #expect((loss.first.subject, loss.last.subject) == ("a", "b"))
        // The second waits for the first.
        #expect(replay.events.values.map(\.milliseconds) == [0, 1000])
    }

    @Test func `SYN-9: an engine that takes 999 ms is in time`() throws {
        let replay = VirtualReplay(rules: .notifyImageLoadRule) { time in
            EmbeddedEngine(.init(delay: .milliseconds(999)), timers: time)
        }
        _ = try #require(replay.run([SysmonLine.load(first, "a").at(0), SysmonLine.load(first, "b").at(1)]))
        #expect(replay.driver.process(1000)?.rules == [])
        #expect(replay.ledger.losses.isEmpty)
        #expect(replay.ledger.ends.filter { $0.key.kind == .sync }.map(\.value.sent) == [1])
    }

    @Test func `SYN-4: if twenty processes load at once, sixteen messages are sent, then the others`() throws {
        let made = Locked<SlowEngine?>(nil)
        let replay = VirtualReplay(rules: .notifyImageLoadRule) { time in
            let engine = SlowEngine(time) { $0.kind == .sync ? .milliseconds(600) : .zero }
            made.withLock { $0 = engine }
            return engine
        }
        let processes = (0..<20).map { RecordedProcess(processId: UInt64(1000 + 4 * $0), second: 5) }
        let report = try #require(replay.run(processes.map { SysmonLine.load($0).at(0) }))
        let syncs = try #require(made.withLock { $0 }).deliveries.filter { $0.message.kind == .sync }
        #expect(syncs.map(\.milliseconds) == Array(repeating: 0, count: 16) + Array(repeating: 600, count: 4))
        #expect(syncs.map(\.message.process?.processId) == processes.map(\.identity.processId))
        #expect(report.total.applied == 20)
        #expect(replay.time.milliseconds == 1200)
        #expect(replay.ledger.losses.isEmpty)
    }

    @Test func `SYN-4: a wait of more than 1000 ms for the semaphore is not sent, and the ledger counts it`() throws {
        let replay = VirtualReplay(.make { $0.sendingSyncSemaphoreLimit = 1 }, rules: .notifyImageLoadRule) { time in
            SlowEngine(time) { $0.kind == .sync ? .milliseconds(700) : .zero }
        }
        let processes = [first, second, third]
        let report = try #require(replay.run(processes.map { SysmonLine.load($0).at(0) }))
        #expect(report.total.applied == 3)
        // Sent at 0 and 700; the third wait times out at 1000.
        let ends = try #require(replay.ledger.ends.first { $0.key.kind == .sync }?.value)
        #expect((ends.sent, ends.notSent, ends.failed, ends.dropped) == (2, 1, 0, 0))
        let loss = try #require(replay.ledger.losses.first)
        #expect((loss.process, loss.reason.name) == (third.identity, "STATUS_TIMEOUT"))
        #expect(replay.driver.process(3000)?.rules == .notifyImageLoadRule)
        #expect(replay.driver.process(2000)?.rules == [])
        #expect(replay.driver.counters.inFlight == 0)
    }

    @Test func `finishing waits for everything in flight and for everything that waits for it`() throws {
        let (replay, _) = slowCreations()
        let feed = replay.feed()
        replay.pour([SysmonLine.create(first).at(0), SysmonLine.load(first).at(0)], into: feed)
        let report = Received<FeedReport>()
        feed.finish(completion: report.take)
        replay.pass(to: 2999)
        #expect(report.count == 0)
        replay.pass(to: 3000)
        #expect(report.values.map(\.total.applied) == [2])
        while replay.time.step() {}
        #expect(report.count == 1)
    }

    @Test func `a reader is held until the time of the next event and resumed once`() throws {
        let replay = VirtualReplay { EmbeddedEngine(timers: $0) }
        let feed = replay.feed()
        let resumed = Received<Void>()
        let lines = [0, 1000, 1000].map { SysmonLine.load(first).at($0) + "\n" }
        let taken = feed.consume(Array(lines.joined().utf8)) { resumed.take(()) }
        #expect(taken == (lines[0] + lines[1]).utf8.count)
        replay.pass(to: 999)
        #expect(resumed.count == 0)
        #expect(replay.events.count == 1)
        replay.pass(to: 1000)
        #expect(resumed.count == 1)
        #expect(replay.events.count == 2)
        #expect(feed.consume(Array(lines[2].utf8), resume: { resumed.take(()) }) == lines[2].utf8.count)
        #expect(replay.events.count == 3)
        #expect(resumed.count == 1)
    }

    @Test func `an abandoned paced feed applies nothing more, whatever it waits for`() throws {
        let (replay, engine) = slowCreations()
        let feed = replay.feed()
        let resumed = Received<Void>()
        let lines = [
            SysmonLine.create(first).at(0), SysmonLine.load(first).at(10), SysmonLine.load(second).at(5000),
            SysmonLine.load(third).at(6000),
        ]
        let text = lines.map { $0 + "\n" }.joined()
        let taken = feed.consume(Array(text.utf8)) { resumed.take(()) }
        try #require(taken < text.utf8.count)
        replay.pass(to: 5)
        feed.abandon()
        let report = Received<FeedReport>()
        feed.finish(completion: report.take)
        while replay.time.step() {}
        #expect(engine.deliveries.map(\.text) == ["0 CreateProcess 1000"])
        #expect((resumed.count, report.count, replay.events.count) == (0, 0, 1))
        #expect(replay.driver.counters.inFlight == 0)
    }

    @Test func `a rejected line stops a paced feed: waiting events are not counted, running ones are`() throws {
        let (replay, engine) = slowCreations()
        let report = try #require(
            replay.run(
                [
                    SysmonLine.create(first).at(0), SysmonLine.load(second).at(0), "no JSON",
                    SysmonLine.load(third).at(0),
                ], .sysmon { $0.stopsOnError = true }))
        #expect(report.total.stoppedAtLine == 3)
        #expect(report.total.isComplete)
        #expect((report.total.lines, report.total.applied, report.total.rejectedCount) == (3, 2, 1))
        #expect(engine.deliveries.map(\.text) == ["0 CreateProcess 1000", "0 LoadImage 2000"])
        let section = try #require(report.machines.first)
        #expect(section.events.isComplete)
        #expect(section.events.lines == 2)
    }

    @Test func `if a line is rejected, events that wait for a process are removed from their machine's count`() throws {
        let (replay, _) = slowCreations()
        let report = try #require(
            replay.run(
                [
                    SysmonLine.create(first).at(0), SysmonLine.load(first).at(0),
                    SysmonLine.exit(RecordedProcess(processId: 4, second: 1)).at(0), SysmonLine.load(third).at(0),
                ], .sysmon { $0.stopsOnError = true }))
        #expect(report.total.stoppedAtLine == 3)
        #expect(report.total.isComplete)
        #expect(report.machines.first?.events.isComplete == true)
        #expect(report.total.rejectedCount == 1)
        #expect(report.total.appliedByType["processCreate"] == 1)
    }
}

/// Calls a closure for each message with a final outcome.
struct Ends: DeliveryObserver {
    let body: @Sendable (MessageRecord) -> Void

    init(_ body: @escaping @Sendable (MessageRecord) -> Void) { self.body = body }

    func ended(_ record: MessageRecord) { body(record) }
}
