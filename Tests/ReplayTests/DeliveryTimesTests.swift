import Messages
import Runtime
import TestSupport
import Testing

@testable import Driver
@testable import Replay

/// Delays, late messages and the queue of a replay at the pace of its recording.
@Suite(.timeLimit(.minutes(5)))
struct DeliveryTimesTests {
    private let one = RecordedProcess(processId: 1000, second: 5)
    private let two = RecordedProcess(processId: 1004, second: 5)

    private func replay(
        _ lines: [String], speed: Double = 1, rules: ProcessRules = [],
        latency: @escaping @Sendable (EngineMessage) -> Duration
    ) throws -> (VirtualReplay, FeedReport) {
        let replay = VirtualReplay(rules: rules, speed: speed) { SlowEngine($0, latency: latency) }
        return (replay, try #require(replay.run(lines)))
    }

    @Test func `a delay is from the recorded time of the event until its message is handed over`() throws {
        let lines = (0..<5).map { SysmonLine.load(one, "\($0).dll").at($0 * 10) }
        let (replay, _) = try replay(lines) { _ in .milliseconds(100) }
        let delays = try #require(replay.ledger.delays[.async(.loadImage)])
        // Handed over after 0, 100, 200, 300 and 400 ms.
        #expect((delays.count, delays.longest) == (5, 360_000))
        #expect([1, 50, 99].map { delays.percentile($0) } == [0, 180_000, 360_000])
        #expect(replay.ledger.delays.count == 1)
    }

    @Test func `a wait behind a synchronous message of the same process counts`() throws {
        let lines = [
            SysmonLine.load(one, "a.dll").at(0), SysmonLine.load(one, "b.dll").at(10),
            SysmonLine.load(two, "c.dll").at(20),
        ]
        let (replay, _) = try replay(lines, rules: .notifyImageLoadRule) {
            $0.kind == .sync ? .milliseconds(500) : .zero
        }
        let delays = try #require(replay.ledger.delays[.async(.loadImage)])
        #expect((delays.count, delays.longest) == (3, 490_000))
        #expect(delays.percentile(50) == 0)
        #expect(replay.ledger.delays[.sync(.newImageLoadPerProcess)]?.longest == 0)
    }

    @Test func `all messages of an event have its time, also those of later calls`() throws {
        let lines = [
            SysmonLine.create(one).at(0), SysmonLine.create(RecordedProcess(processId: 1000, second: 9)).at(50),
        ]
        let (replay, _) = try replay(lines) { _ in .milliseconds(200) }
        // The second creation ends the first process: the message of its exit is sent at 200 ms, when the first was answered.
        #expect(replay.ledger.delays[.async(.createProcess)]?.longest == 150_000)
        #expect(replay.ledger.delays[.direct(.createProcess)]?.longest == 150_000)
    }

    @Test func `at another speed, delays are on the recording's clock`() throws {
        let lines = (0..<3).map { SysmonLine.load(one, "\($0).dll").at($0) }
        let (replay, _) = try replay(lines, speed: 10) { _ in .milliseconds(100) }
        #expect(replay.ledger.delays[.async(.loadImage)]?.longest == 1_998_000)
    }

    @Test func `an event that is dated before an earlier one is late by the difference`() throws {
        let (replay, _) = try replay([SysmonLine.load(one).at(400), SysmonLine.load(two).at(100)]) { _ in .zero }
        #expect(replay.ledger.delays[.async(.loadImage)]?.longest == 300_000)
    }

    @Test func `messages that come after the exit of their process are late, except the one about the exit`() throws {
        let lines =
            [SysmonLine.create(one).at(0)] + (1...4).map { SysmonLine.load(one, "\($0).dll").at($0 * 10) }
            + [SysmonLine.exit(one).at(250), SysmonLine.load(two).at(260)]
        let (replay, report) = try replay(lines) { _ in .milliseconds(100) }
        // Created 0, answered 100; loads handed over at 100, 200, 300, 400; the exit at 500, the other load at 600.
        let late = replay.ledger.late(after: report.end)
        #expect(report.end == .at(260))
        #expect(late.afterExit == 2)
        #expect(late.afterEnd == 4)
        let rows = replay.ledger.processes(10)
        #expect(rows.listed.map(\.messages.messages) == [6, 1])
        #expect(rows.listed.map(\.messages.afterExit) == [2, 0])
        #expect(rows.listed.map(\.messages.longestDelay) == [360_000, 340_000])
        #expect(rows.unlisted == 0)
    }

    @Test func `a message that is handed over at the moment of the exit or of the last event is not late`() throws {
        let (replay, report) = try replay([SysmonLine.load(one).at(0), SysmonLine.exit(one).at(0)]) { _ in .zero }
        let late = replay.ledger.late(after: report.end)
        #expect((late.afterExit, late.afterEnd) == (0, 0))
    }

    @Test func `the end of the recording is its latest event, whether or not it causes a message`() throws {
        let lines = [
            SysmonLine.load(one).at(0), SysmonLine.load(one).at(1), SysmonLine.thread(from: one, in: two).at(500),
        ]
        let (replay, report) = try replay(lines) { _ in .milliseconds(300) }
        #expect(report.end == .at(500))
        #expect(replay.ledger.late(after: report.end).afterEnd == 0)
        #expect(replay.ledger.late(after: .at(299)).afterEnd == 1)
    }

    @Test func `the peak of the queue is the first moment at which it was longest`() throws {
        let lines = (0..<6).map { SysmonLine.load(one, "\($0).dll").at($0 * 10) } + [SysmonLine.load(one).at(5000)]
        let (replay, _) = try replay(lines) { _ in .milliseconds(100) }
        #expect(replay.ledger.queue == .init(count: 5, time: .at(50)))
    }

    @Test func `of several machines, the longest queue counts`() {
        let ledger = DeliveryLedger(measuresDelays: true)
        let (a, b) = (ledger.observer(machine: "a"), ledger.observer(machine: "b"))
        #expect(ledger.queue == nil)
        a.queueChanged(QueueMoment(highPriority: 0, normal: 2, at: .at(10)))
        b.queueChanged(QueueMoment(highPriority: 0, normal: 2, at: .at(5)))
        #expect(ledger.queue == .init(count: 2, time: .at(5)))
        a.queueChanged(QueueMoment(highPriority: 0, normal: 2, at: .at(7)))
        b.queueChanged(QueueMoment(highPriority: 0, normal: 1, at: .at(1)))
        #expect(ledger.queue == .init(count: 2, time: .at(5)))
        a.queueChanged(QueueMoment(highPriority: 0, normal: 3, at: .at(20)))
        #expect(ledger.queue == .init(count: 3, time: .at(20)))
    }

    @Test func `without measuring there are no delays and nothing is late, but there are processes and a queue`() throws
    {
        let time = VirtualTime()
        let ledger = DeliveryLedger()
        let clock = RecordingClock(.events, over: time)
        let driver = Driver.make(engine: SlowEngine(time) { _ in .milliseconds(100) }, clock: clock, timers: time)
        _ = driver.observe(ledger.observer(machine: "pc1"))
        let feed = EventFeed(driver: driver, options: .sysmon(), onEventTime: clock.advance)
        let lines = [SysmonLine.load(one).at(0), SysmonLine.load(one).at(1), SysmonLine.load(one).at(2)]
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        #expect(feed.consume(bytes) {} == bytes.count)
        while time.step() {}
        #expect(ledger.delays.isEmpty)
        #expect(ledger.late(after: .at(2)) == (0, 0))
        #expect(ledger.queue == .init(count: 2, time: .at(2)))
        #expect(ledger.processes(1).listed.map(\.messages.messages) == [3])
    }

    @Test func `processes with losses come first, and messages of others are counted`() {
        let ledger = DeliveryLedger()
        let observer = ledger.observer(machine: nil)
        func end(_ processId: UInt32, _ delivery: MessageRecord.Delivery) {
            let process = AuxPidCreationTime(processId: processId, creationTime: .none)
            let sync = SyncMessage(
                ioPriority: MpIoPriority(), currentProcess: process, data: .newImageLoadPerProcess(imageName: "x"))
            observer.ended(
                MessageRecord(
                    message: EngineMessage(
                        sequence: 1, time: .at(0), kind: .sync, process: process, imageFileName: "\(processId).exe",
                        content: .sync(sync)),
                    by: RoutineRun(routine: .loadImageNotify, caller: nil), delivery: delivery))
        }
        for delivery in [.sent, .sent, .sent] as [MessageRecord.Delivery] { end(8, delivery) }
        for delivery in [.sent, .failed] as [MessageRecord.Delivery] { end(12, delivery) }
        for delivery in [.sent, .sent] as [MessageRecord.Delivery] { end(16, delivery) }
        let rows = ledger.processes(2)
        #expect(rows.listed.map(\.messages.imageFileName) == ["12.exe", "8.exe"])
        #expect(rows.listed.map(\.messages.lost) == [1, 0])
        #expect(rows.unlisted == 2)
    }
}
