import Driver
import JSON
import Messages
import Runtime
import TestSupport
import Testing

@testable import Replay

/// When the events and messages of a replay happened (UIA-9).
@Suite struct TimelineTests {
    private let one = RecordedProcess(processId: 1000, second: 5)

    /// A burst of loads every ten seconds, of a process that exits at the end.
    private var bursts: [String] {
        [SysmonLine.create(one).at(0)]
            + (1...5).flatMap { burst in (0..<40).map { SysmonLine.load(one, "\($0).dll").at(burst * 10_000 + $0 * 5) }
            }
            + [SysmonLine.exit(one).at(60_000)]
    }

    private func replay(
        _ lines: [String], queue: Int = 4096, latency: Duration, speed: Double = 1
    ) throws -> (ReplayReport, Timeline) {
        let replay = VirtualReplay(.make { $0.maxAsyncNotificationCount = queue }, speed: speed) {
            SlowEngine($0) { _ in latency }
        }
        let feed = try #require(replay.run(lines, .sysmon { $0.reportsTimeline = true }))
        let report = ReplayReport(feed, hosts: [:], deliveries: replay.ledger, durationNanoseconds: 0)
        return (report, try #require(report.timeline))
    }

    private func sum(_ timeline: Timeline, _ count: (Timeline.Bucket) -> Int) -> Int {
        timeline.lanes.reduce(0) { $0 + $1.buckets.reduce(0) { $0 + count($1) } }
    }

    @Test(arguments: [1, 7, 4096], [Duration.zero, .milliseconds(20), .milliseconds(900), .seconds(30)])
    func `every event and message is in one bucket, with its outcome`(queue: Int, latency: Duration) throws {
        let (report, timeline) = try replay(bursts, queue: queue, latency: latency)
        #expect(sum(timeline, \.events) == report.total.applied)
        for kind in ["async", "sync", "direct"] {
            let ends = report.deliveries.filter { $0.type.kind == kind }.map(\.ends)
            let path: KeyPath<Timeline.Bucket, DeliveryLedger.Ends> =
                kind == "async" ? \.async : kind == "sync" ? \.sync : \.direct
            #expect(sum(timeline) { $0[keyPath: path].sent } == ends.reduce(0) { $0 + $1.sent })
            #expect(sum(timeline) { $0[keyPath: path].lost } == ends.reduce(0) { $0 + $1.lost })
        }
        for reason in Set(report.losses.map(\.reason)) {
            let lost = report.losses.filter { $0.reason == reason }.reduce(0) { $0 + $1.count }
            #expect(sum(timeline) { $0.losses[reason] ?? 0 } == lost)
        }
        #expect(sum(timeline) { $0.losses.values.reduce(0, +) } == report.lost)
        #expect(sum(timeline) { $0.latency?.count ?? 0 } == report.delays.reduce(0) { $0 + $1.count })
        #expect((timeline.lanes[0].buckets.map(\.depth).max() ?? 0) <= report.queue.peak)
    }

    @Test func `a loss is where its event is, between the first and the last one`() throws {
        let (report, timeline) = try replay(bursts, queue: 10, latency: .milliseconds(100))
        let loss = try #require(report.losses.first)
        let times = try [loss.first, loss.last].map { try #require(FileTime($0.eventTime ?? $0.time)) }
        let lossy = timeline.lanes[0].buckets.filter { !$0.losses.isEmpty }
        #expect(timeline.beginning(of: lossy[0].number) <= times[0])
        #expect(timeline.beginning(of: lossy[0].number + 1) > times[0])
        #expect(timeline.beginning(of: lossy[lossy.count - 1].number) <= times[1])
        #expect(timeline.beginning(of: lossy[lossy.count - 1].number + 1) > times[1])
        #expect(
            Set(lossy.map { $0.number / (10_000 / timeline.bucketMilliseconds) }).count == 5, "a loss in each burst")
    }

    @Test func `the queue rises with a burst, and falls as the engine takes messages`() throws {
        let (report, timeline) = try replay(bursts, latency: .milliseconds(100))
        let buckets = timeline.lanes[0].buckets
        #expect(buckets.map(\.depth).max() == report.queue.peak)
        func depth(at milliseconds: Int) -> Int {
            buckets.last { timeline.beginning(of: $0.number) <= .at(milliseconds) }?.normal.last ?? -1
        }
        // Each burst takes 200 ms, and the engine four seconds for it.
        for burst in 1...5 {
            #expect((35...40).contains(depth(at: burst * 10_000 + 300)))
            #expect((17...23).contains(depth(at: burst * 10_000 + 2000)))
            #expect(depth(at: burst * 10_000 + 9000) == 0)
        }
    }

    @Test func `buckets are within the time of the recording, however long the queue needs after it`() throws {
        let (_, timeline) = try replay(bursts, latency: .seconds(4))
        #expect(timeline.bucketMilliseconds == 128)
        #expect((timeline.firstEvent, timeline.lastEvent) == (.at(0), .at(60_000)))
        #expect(timeline.start <= .at(0) && timeline.beginning(of: 2) > .at(0))
        let last = try #require(timeline.lanes[0].buckets.last)
        #expect(timeline.beginning(of: last.number) <= .at(60_000))
        #expect(last.depth > 100)
    }

    @Test func `the time is that of the recording at any pace`() throws {
        func counts(_ timeline: Timeline) -> [[Int]] {
            timeline.lanes[0].buckets.filter { $0.events > 0 }.map {
                [$0.number, $0.events, $0.async.all, $0.direct.all]
            }
        }
        let recorded = try replay(bursts, latency: .zero).1
        let fast = try replay(bursts, latency: .zero, speed: 1000).1
        #expect(counts(fast) == counts(recorded))
        let time = VirtualTime()
        let clock = RecordingClock(.events, over: time)
        let ledger = DeliveryLedger()
        let driver = Driver.make(engine: SlowEngine(time) { _ in .zero }, clock: clock, timers: time)
        _ = driver.observe(ledger.observer(machine: "pc1"))
        let feed = EventFeed(
            driver: driver,
            options: .sysmon {
                $0.reportsTimeline = true
                $0.drainsQueue = true
            }, onEventTime: clock.advance)
        let bytes = Array((bursts.joined(separator: "\n") + "\n").utf8)
        let report = Received<FeedReport>()
        let lines = bytes.withUnsafeBytes { ReadAhead(feed.options).read($0) }
        #expect(feed.consume(lines, from: 0) {} == lines.count)
        feed.finish(completion: report.take)
        let asap = try #require(report.values.first.flatMap { Timeline($0, ledger) })
        #expect(counts(asap) == counts(recorded))
        #expect(asap.lanes[0].buckets.allSatisfy { $0.latency == nil && $0.depth <= 1 })
    }

    @Test func `beyond the most lanes, machines share the last one`() throws {
        let ledger = DeliveryLedger()
        let feed = EventFeed(
            options: .sysmon {
                $0.replaysAllMachines = true
                $0.reportsTimeline = true
            }
        ) { machine in
            let driver = Driver.make()
            _ = driver.observe(ledger.observer(machine: machine))
            return EventTarget(driver: driver, onEventTime: { _ in })
        }
        let hosts = (1...20).map { "pc\($0)" }
        let lines = hosts.enumerated().map { SysmonLine.create(one, host: $1).at($0 * 1000) }
        let read = Array((lines.joined(separator: "\n") + "\n").utf8).withUnsafeBytes {
            ReadAhead(feed.options).read($0)
        }
        #expect(feed.consume(read, from: 0) {} == read.count)
        let report = Received<FeedReport>()
        feed.finish(completion: report.take)
        let timeline = try #require(report.values.first.flatMap { Timeline($0, ledger) })
        #expect(timeline.lanes.map(\.machine) == hosts.prefix(15).map(Optional.init) + [nil])
        #expect(timeline.lanes.map(\.machineCount) == Array(repeating: 1, count: 15) + [5])
        #expect(timeline.lanes.map { $0.buckets.reduce(0) { $0 + $1.events } } == Array(repeating: 1, count: 15) + [5])
    }

    @Test func `without times there is no timeline`() throws {
        let feed = EventFeed(driver: Driver.make(), options: .init(format: .native), onEventTime: { _ in })
        let report = Received<FeedReport>()
        feed.finish(completion: report.take)
        #expect(Timeline(report.values[0], DeliveryLedger()) == nil)
    }
}

/// Values in buckets whose length doubles.
@Suite struct TimeBucketsTests {
    private func buckets(_ times: [Int]) -> TimeBuckets<EventBucket> {
        times.reduce(into: TimeBuckets()) { $0.update(at: .at($1)) { $0.count += 1 } }
    }

    private func sum(_ buckets: TimeBuckets<EventBucket>) -> Int { buckets.buckets.reduce(0) { $0 + $1.value.count } }

    @Test func `up to the most buckets, each is a millisecond`() {
        let buckets = buckets(Array(0..<Timeline.mostBuckets))
        #expect(buckets.scale == 0)
        #expect(buckets.buckets.map(\.value.count) == Array(repeating: 1, count: Timeline.mostBuckets))
    }

    @Test(arguments: [0, 1])
    func `one more makes neighbors one bucket, wherever the first one begins`(start: Int) {
        let buckets = buckets(Array(start...start + Timeline.mostBuckets))
        #expect(buckets.scale == 1)
        #expect(sum(buckets) == Timeline.mostBuckets + 1)
        let counts = buckets.buckets.map(\.value.count)
        #expect(counts.dropFirst().dropLast().allSatisfy { $0 == 2 })
        #expect(buckets.numbers.map(\.count) == counts.count)
    }

    @Test func `any times fit, in any order, and the result is the same`() {
        var random = SplitMix(state: 7)
        for _ in 0..<200 {
            let span = 1 << Int.random(in: 0...34, using: &random)
            let times = (0..<50).map { _ in Int.random(in: 0...span, using: &random) }
            let one = buckets(times)
            #expect((one.numbers?.count ?? 0) <= Timeline.mostBuckets)
            #expect(sum(one) == times.count)
            for (number, value) in one.buckets {
                let start = FileTime(bucket: number, scale: one.scale)
                let end = FileTime(bucket: number + 1, scale: one.scale)
                #expect(times.count { FileTime.at($0) >= start && .at($0) < end } == value.count)
            }
            var other = buckets(times.shuffled(using: &random))
            var same = one
            other.coarsen(to: max(one.scale, other.scale))
            same.coarsen(to: other.scale)
            #expect(other.buckets.map(\.number) == same.buckets.map(\.number))
        }
    }

    @Test func `the ends of time fit into two buckets`() {
        var buckets = TimeBuckets<EventBucket>()
        for ticks in [1, FileTime.latest.ticks, UInt64.max] {
            buckets.update(at: FileTime(ticks: ticks)) { $0.count += 1 }
        }
        #expect(sum(buckets) == 3)
    }

    @Test func `buckets are removed up to the one that a time is in`() {
        var buckets = buckets([0, 0, 3, 7, 9])
        #expect(buckets.removeAll(upTo: .at(-1)).isEmpty)
        let removed = buckets.removeAll(upTo: .at(7))
        #expect(removed.map(\.value.count) == [2, 1, 1])
        #expect(removed.map(\.start) == [.at(0), .at(3), .at(7)])
        #expect(sum(buckets) == 1)
        #expect(buckets.removeAll(upTo: .at(100)).count == 1)
        #expect(buckets.numbers == nil)
        buckets.update(at: .at(50)) { $0.count += 1 }
        #expect(buckets.buckets.count == 1)
    }
}
