import Locking
import Messages
import Runtime
import TestSupport
import Testing

@testable import Driver
@testable import NotificationAPI

/// UIA-1: histories and decisions of all hosts share a limit.
@Suite struct HistoryShareTests {
    private static func driver(_ share: HistoryShare, clock: ManualClock) -> Driver {
        Driver(
            limits: .make { $0.decisions = 10_000 }, engine: ScriptedEngine(), clock: clock, timers: ManualTimers(),
            workQueue: InlineWorkQueue(), followerQueue: InlineWorkQueue(), historyMemory: share)
    }

    /// Loads images; the first call creates their process.
    private static func work(_ driver: Driver, _ count: Int) throws {
        if driver.process(8) == nil {
            try driver.createProcess(ProcessCreation(imageFileName: "a.exe", processId: 8)) { _ in }
        }
        for _ in 0..<count { try driver.loadImage(ImageLoad(processId: 8, fullImageName: "x.dll")) { _ in } }
    }

    private static func kept(_ driver: Driver) -> UInt64 {
        let page = driver.decisions(DecisionQuery(), limit: 1)
        return page.newest - page.oldest + 1
    }

    @Test func `hosts that nobody has read for longest give up their oldest, until an eighth is free`() throws {
        let clock = ManualClock()
        let isAsked = Received<Bool>()
        let share = HistoryShare(limit: 600 << 10) { _ in isAsked.take(true) }
        let (unread, old, new) = (
            Self.driver(share, clock: clock), Self.driver(share, clock: clock), Self.driver(share, clock: clock)
        )
        for driver in [new, old, unread] { try Self.work(driver, 2000) }
        for driver in [old, new] {
            clock.advance(by: .seconds(1))
            _ = driver.decisions(DecisionQuery(), limit: 1)
        }
        #expect(isAsked.values.isEmpty)
        #expect(share.bytes < 600 << 10)
        try Self.work(Self.driver(share, clock: clock), 500)
        try Self.work(Self.driver(share, clock: clock), 500)
        #expect(isAsked.count == 1, "once, until it was trimmed")
        share.trim([new, unread, old])
        #expect(share.bytes <= 600 << 10)
        #expect(Self.kept(unread) == 1000)
        #expect(Self.kept(new) == 2001)
    }

    @Test func `a limit that nothing can meet is asked for again with the next growth, and harms nobody`() throws {
        let asked = Received<Bool>()
        let share = HistoryShare(limit: 0) { _ in asked.take(true) }
        let driver = Self.driver(share, clock: ManualClock())
        try Self.work(driver, 1)
        #expect(asked.count == 1)
        for _ in 0..<3 { share.trim([driver]) }
        try Self.work(driver, 1000)
        #expect(asked.count == 2)
    }

    @Test func `a driver does not keep alive what knows its memory and, by its hosts, the driver itself`() throws {
        weak var known: HistoryShare?
        let driver: Driver
        do {
            let share = HistoryShare(limit: 1 << 20) { _ in }
            known = share
            driver = Self.driver(share, clock: ManualClock())
        }
        #expect(known == nil)
        try Self.work(driver, 1000)
    }
}
