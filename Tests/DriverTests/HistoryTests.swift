import Locking
import Messages
import TestSupport
import Testing

@testable import Driver

/// UIA-1: what happened on a host, in buckets.
@Suite struct HistoryTests {
    private let clock = ManualClock(now: FileTime(ticks: 10_000_000_000))
    private let engine = ScriptedEngine()

    private func driver(
        buckets: Int = 100, config: DriverConfig = DriverConfig(), workQueue: any WorkQueue = ManualWorkQueue()
    ) -> Driver {
        Driver.make(
            config, limits: .make { $0.historyBuckets = buckets }, engine: engine, clock: clock,
            workQueue: workQueue)
    }

    private func enqueue(_ driver: Driver, _ count: Int = 1, highPriority: Bool = false) throws {
        for _ in 0..<count { _ = try driver.sendAsyncNotification(.logPrint, .raw([]), highPriority: highPriority) }
    }

    /// The sums over everything that is and was kept.
    private func sums(_ page: HistoryPage) -> HistoryCounts<UInt64> {
        var sums = page.before
        for bucket in page.items { sums.add(bucket.counts) }
        return sums
    }

    @Test func `UIA-1: a bucket ends with the first change after its time, and stretches without change have none`()
        throws
    {
        let driver = driver()
        #expect(driver.history(after: 0, limit: 10).items.isEmpty)
        try enqueue(driver, 2)
        clock.advance(by: .milliseconds(249))
        try enqueue(driver)
        clock.advance(by: .milliseconds(1))
        #expect(driver.history(after: 0, limit: 10).newestOver == 1, "it is over, though nothing has changed since")
        clock.advance(by: .seconds(60))
        try enqueue(driver)
        let page = driver.history(after: 0, limit: 10)
        #expect(page.items.map(\.counts.enqueued) == [3, 1])
        #expect(page.items.map(\.start.ticks) == [10_000_000_000, 10_602_500_000])
        #expect((page.first, page.oldest, page.newestOver, page.endsOpen) == (1, 1, 1, true))
    }

    @Test func `UIA-1: a bucket begins with the levels of the one before`() throws {
        let driver = driver()
        try enqueue(driver, 3)
        try enqueue(driver, 2, highPriority: true)
        clock.advance(by: .seconds(1))
        try driver.setWorker(paused: true)
        let last = try #require(driver.history(after: 1, limit: 1).items.first)
        #expect((last.normal.last, last.normal.max, last.highPriority.last, last.depthMax) == (3, 3, 2, 5))
        #expect(last.worker == [.running, .paused])
        #expect(last.counts == HistoryCounts())
    }

    @Test func `UIA-1: the largest depth is kept although it was over between two looks`() throws {
        let queue = ManualWorkQueue()
        let driver = driver(config: .make { $0.maxAsyncNotificationCount = 4 }, workQueue: queue)
        try driver.setWorker(paused: true)
        try enqueue(driver, 7)
        try driver.setWorker(paused: false)
        queue.runAll()
        let bucket = try #require(driver.history(after: 0, limit: 1).items.first)
        #expect((bucket.depthMax, bucket.normal.last, bucket.counts.dropped, bucket.counts.sent) == (4, 0, 3, 4))
        #expect(bucket.bytesMax > 0)
    }

    @Test func `UIA-1: old buckets are given up, and their sums stay`() throws {
        let driver = driver(buckets: 3)
        for count in 1...10 {
            try enqueue(driver, count)
            clock.advance(by: .seconds(1))
        }
        let page = driver.history(after: 0, limit: 10)
        #expect(page.items.map(\.counts.enqueued) == [8, 9, 10])
        #expect((page.first, page.oldest, page.before.enqueued) == (8, 8, 28))
        for (after, sum) in [(0, 28), (7, 28), (8, 36), (9, 45), (10, 55), (UInt64.max, 55)] as [(UInt64, UInt64)] {
            #expect(driver.history(after: after, limit: 1).before.enqueued == sum)
        }
        #expect(sums(page).enqueued == page.counters.async.enqueued)
        driver.giveUpHalfOfHistory()
        #expect(sums(driver.history(after: 0, limit: 10)) == sums(page))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `UIA-1: the sums are the counters, whatever happens`(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let queue = ManualWorkQueue()
        let driver = driver(
            buckets: 5,
            config: .make {
                $0.maxAsyncNotificationCount = 3
                $0.sendingSyncSemaphoreLimit = Int(random.next(upperBound: 2 as UInt64))
            }, workQueue: queue)
        try driver.createProcess(ProcessCreation(imageFileName: "a.exe", processId: 8)) { _ in }
        engine.follow { $0.sequence.isMultiple(of: 3) ? .failing(.timeout) : .acknowledging($0) }
        for _ in 0..<200 {
            switch random.next(upperBound: 5 as UInt64) {
            case 0: try enqueue(driver, highPriority: true)
            case 1: try driver.sendSyncNotification(.registryEventSync(registryData: []), processId: 8) { _ in }
            case 2: try driver.loadImage(ImageLoad(processId: 8, fullImageName: "x.dll")) { _ in }
            case 3: queue.runAll()
            default: clock.advance(by: .milliseconds(100))
            }
            let page = driver.history(after: 0, limit: 100)
            let (sums, counters) = (sums(page), page.counters)
            #expect(sums.enqueued == counters.async.enqueued)
            #expect(sums.sent == counters.async.sent)
            #expect(sums.sendFailed == counters.async.sendFailed)
            #expect(sums.dropped == counters.async.droppedOnOverflow)
            #expect(sums.directSent + sums.directFailed == counters.direct.fltSendMessageCount)
            #expect(sums.directFailed == counters.direct.fltSendMessageError)
            #expect(sums.syncSent + sums.syncFailed == counters.syncByType.reduce(0) { $0 + $1.notificationsCount })
            #expect(sums.syncFailed + sums.syncNotSent == counters.syncByType.reduce(0) { $0 + $1.errorCount })
        }
    }

    /// Looks at a clock; what happens between a look and its use comes after the look.
    private final class InterruptedClock: DriverClock {
        private let base: ManualClock
        private let interruption = Locked<(@Sendable () -> Void)?>(nil)

        init(_ base: ManualClock) { self.base = base }

        /// Does `action` after the next look.
        func interrupt(_ action: @escaping @Sendable () -> Void) { interruption.withLock { $0 = action } }

        func now() -> FileTime { base.now() }

        func uptimeNanoseconds() -> UInt64 { base.uptimeNanoseconds() }

        func moment() -> Moment {
            let moment = base.moment()
            interruption.withLock { $0.take() }?()
            return moment
        }
    }

    private func interrupted() -> (InterruptedClock, Driver) {
        let clock = InterruptedClock(clock)
        return (clock, .make(engine: engine, clock: clock, workQueue: ManualWorkQueue()))
    }

    @Test(arguments: [1, 250, 400, 60_000])
    func `UIA-1: a bucket that began after a reader's look at the clock is not over`(milliseconds: Int) throws {
        let (looks, driver) = interrupted()
        clock.advance(by: .milliseconds(249))
        try enqueue(driver)
        looks.interrupt { [clock] in
            clock.advance(by: .milliseconds(milliseconds))
            try? enqueue(driver, 3)
        }
        let page = driver.history(after: 0, limit: 10)
        try enqueue(driver, 2)
        clock.advance(by: .seconds(1))
        let over = driver.history(after: 0, limit: 10)
        let unchanged = Int(page.newestOver)
        #expect(over.items.prefix(unchanged) == page.items.prefix(unchanged))
        #expect(sums(over).enqueued == 6)
    }

    @Test(arguments: [1, 250, 400, 60_000])
    func `UIA-1: a change that comes late does not change a bucket that was over`(milliseconds: Int) throws {
        let (looks, driver) = interrupted()
        clock.advance(by: .milliseconds(249))
        try enqueue(driver)
        let seen = Locked<HistoryPage?>(nil)
        looks.interrupt { [clock] in
            clock.advance(by: .milliseconds(milliseconds))
            let page = driver.history(after: 0, limit: 10)
            seen.withLock { $0 = page }
        }
        try enqueue(driver)
        let page = try #require(seen.withLock { $0 })
        #expect(page.newestOver == 1)
        let later = driver.history(after: 0, limit: 10)
        #expect(later.items.map(\.counts.enqueued) == [1, 1])
        #expect(later.items.first == page.items.first)
        #expect(Set(later.items.map(\.start)).count == 2)
    }

    @Test func `UIA-1: a change that comes late does not split the bucket that began meanwhile`() throws {
        let (looks, driver) = interrupted()
        clock.advance(by: .milliseconds(249))
        looks.interrupt { [clock] in
            clock.advance(by: .milliseconds(1))
            try? enqueue(driver)
        }
        try enqueue(driver)
        try enqueue(driver)
        #expect(driver.history(after: 0, limit: 10).items.map(\.counts.enqueued) == [3])
    }

    @Test func `UIA-1: a clock that goes back begins a bucket with the earlier time`() throws {
        var history = History(capacity: 10, bucketTicks: 100)
        for wall in [1000, 1050, 400, 430, 2000] as [UInt64] {
            if history.isOver(at: FileTime(ticks: wall)) { history.open(at: FileTime(ticks: wall)) }
            history.note(HistoryLevels()) { $0.enqueued += 1 }
        }
        #expect((1...3).map { history[$0]?.start.ticks } == [1000, 400, 2000])
        #expect((1...3).map { history[$0]?.counts.enqueued } == [2, 2, 1])
    }

    @Test func `UIA-1: without buckets nothing is kept`() throws {
        let driver = driver(buckets: 0)
        try enqueue(driver, 5)
        let page = driver.history(after: 0, limit: 10)
        #expect((page.items.count, page.first, page.newestOver) == (0, 1, 0))
    }

    @Test func `UIA-1: a host with the default number of buckets needs at most 256 KiB for them`() {
        #expect(2400 * History.bucketBytes <= 256 << 10)
    }
}
