import Driver
import FuzzFinding
import HTMLReport
import HTMLTesting
import Locking
import Messages
import Replay
import TestSupport

/// An upload of event lines to its own host. Everything runs on the calling thread.
final class Upload {
    /// How the bytes are split.
    enum Cutting {
        case whole
        case pieces(seed: UInt64)
    }

    let driver: Driver
    private(set) var report: EventsReport?
    private let isLate: Bool
    private let options: EventFeed.Options
    private let limits: DriverLimits
    private let feed: EventFeed
    private let reader: ReadAhead
    private let work = ManualWorkQueue()
    private let answers = ManualWorkQueue()
    private let ledger = DeliveryLedger()

    /// With an engine that answers before its `send` returns or, if `isLate`, only when nothing else is left to do.
    init(_ controls: Controls, _ format: EventFeed.Options.Format, isLate: Bool) {
        self.isLate = isLate
        options = controls.options(format)
        var config = DriverConfig()
        if controls.contains(.hasShortQueue) { config.maxAsyncNotificationCount = 2 }
        var limits = DriverLimits()
        if controls.contains(.hasLowLimits) {
            (limits.processes, limits.threads, limits.streamContexts, limits.drivers) = (5, 3, 2, 2)
            limits.journalCapacity = 3
        }
        self.limits = limits
        let engine = MoodyEngine(isBad: controls.contains(.hasBadEngine), answers: isLate ? answers : nil)
        driver = Driver.make(config, limits: limits, engine: engine, workQueue: work, followerQueue: work)
        // Native lines name no machine.
        _ = driver.observe(ledger.observer(machine: format == .native ? nil : "pc1"))
        feed = EventFeed(driver: driver, options: options, onEventTime: { _ in })
        reader = ReadAhead(options)
    }

    func send(_ bytes: ArraySlice<UInt8>, in cutting: Cutting) {
        var random = SplitMix(seed: 0)
        if case .pieces(let seed) = cutting { random = SplitMix(seed: seed) }
        var rest = bytes
        while !rest.isEmpty {
            var piece = rest
            if case .pieces = cutting { piece = rest.prefix(Int.random(in: 1...64, using: &random)) }
            take(piece.withUnsafeBytes { reader.read(piece: $0) })
            rest = rest.dropFirst(piece.count)
        }
    }

    private func take(_ lines: ReadLines) {
        var place = 0
        while place < lines.count {
            let isResumed = Locked(false)
            let end = feed.consume(lines, from: place) { isResumed.withLock { $0 = true } }
            expect(place...lines.count ~= end, "\(end) of \(lines.count) lines were taken")
            place = end
            if place < lines.count { resume { isResumed.withLock { $0 } } }
        }
    }

    func finish() {
        take(reader.finish())
        let received = Received<FeedReport>()
        feed.finish(completion: received.take)
        resume { received.count > 0 }
        settle()
        expect(received.count == 1, "\(received.count) reports")
        guard let feed = received.values.first else { return }
        report = feed.total
        check(feed.total)
        // That of the other upload is the same, but for times.
        if !isLate { check(ReplayReport(feed, hosts: [:], deliveries: ledger, durationNanoseconds: 0)) }
    }

    func abandon() {
        feed.abandon()
        settle()
    }

    /// Lets the engine answer or, if it has no answer due, the worker take messages, until `isDone`.
    private func resume(until isDone: () -> Bool) {
        while !isDone() {
            if answers.runNext() || work.runNext() { continue }
            finding("the upload waits for nothing")
        }
    }

    private func settle() {
        while answers.runNext() || work.runNext() {}
        let (counters, async) = (driver.counters, driver.counters.async)
        expect(async.enqueued == async.sent + async.failedNotifications, "ASY-10: \(counters)")
        expect(counters.queued == 0 && counters.inHand == 0 && counters.totalSizeRemainingNotifications == 0)
        expect(counters.processes <= limits.processes, "\(counters.processes) processes")
    }

    private func check(_ report: EventsReport) {
        let skipped = sum(report.skipped)
        expect(report.lines == report.applied + skipped + report.rejectedCount, "lines are lost: \(report)")
        expect(report.applied == sum(report.appliedByType), "\(report)")
        expect(report.skippedByType.values.reduce(0) { $0 + sum($1) } <= skipped, "\(report)")
        expect(report.rejected.count == min(report.rejectedCount, options.maxRejectedListed), "\(report)")
        expect(report.stoppedAtLine == nil || options.stopsOnError && report.rejectedCount == 1, "\(report)")
        let counters = driver.counters
        expect(sum(report.messages.async) == counters.async.enqueued, "\(report) \(counters)")
        expect(sum(report.messages.direct) == counters.direct.fltSendMessageCount, "\(report) \(counters)")
        let sync = counters.sync.reduce(0) { $0 + $1.counters.notificationsCount }
        expect(sum(report.messages.sync) == sync, "\(report) \(counters)")
    }

    /// Whatever the lines contain, the page of the report is well-formed, and they are only text in it.
    private func check(_ report: ReplayReport) {
        let check = HTMLCheck(ReplayPage(report).html)
        expect(check.fault == nil, check.fault ?? "")
        expect(check.embedded["script"]?.count == 1 && check.embedded["style"]?.count == 1)
    }

    private func sum(_ counts: [String: Int]) -> Int { counts.values.reduce(0, +) }
}
