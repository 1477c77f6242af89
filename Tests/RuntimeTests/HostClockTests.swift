import Driver
import Locking
import Messages
import Runtime
import Testing

/// A system clock that advances by one tick and one nanosecond with each reading.
private final class SteppingClock: DriverClock {
    private let readings = Locked(UInt64(1000))

    private func next() -> UInt64 {
        readings.withLock { readings in
            readings += 1
            return readings
        }
    }

    func now() -> FileTime { FileTime(ticks: next()) }
    func uptimeNanoseconds() -> UInt64 { next() }
}

struct HostClockTests {
    private let someTime = FileTime(ticks: 132_267_536_000_000_000)

    @Test func `in system mode the system's clock is shown`() {
        let clock = HostClock(over: SteppingClock())
        let first = clock.now()
        #expect(clock.now() > first)
        #expect(clock.uptimeNanoseconds() < clock.uptimeNanoseconds())
        #expect(clock.mode == .system)
    }

    @Test func `a clock that is advanced stops at the time it showed and the advance`() {
        let clock = HostClock(.manual(someTime), over: SteppingClock())
        let uptime = clock.uptimeNanoseconds()
        clock.advance(by: .milliseconds(5000))
        #expect(clock.now() == FileTime(ticks: someTime.ticks + 50_000_000))
        #expect(clock.mode == .manual(clock.now()))
        #expect(clock.uptimeNanoseconds() == uptime)
        clock.advance(by: .zero)
        #expect(clock.now() == FileTime(ticks: someTime.ticks + 50_000_000))
        clock.set(.manual(.latest))
        clock.advance(by: .milliseconds(1))
        #expect(clock.now() == .latest)
    }

    @Test func `an advance stops a clock of the system or of events`() {
        let system = HostClock(over: SteppingClock())
        let shown = system.now()
        system.advance(by: .nanoseconds(1_000_000))
        #expect(system.now() > shown && system.now() == system.now())
        #expect(system.now().ticks - shown.ticks <= 10_010)
        let events = HostClock(.events, over: SteppingClock())
        events.advance(toEvent: someTime)
        events.advance(by: .nanoseconds(100))
        events.advance(toEvent: .latest)
        #expect(events.now() == FileTime(ticks: someTime.ticks + 1))
    }

    @Test func `a manual clock shows the time it was set to, and does not advance`() {
        let clock = HostClock(.manual(someTime), over: SteppingClock())
        let uptime = clock.uptimeNanoseconds()
        #expect(clock.now() == someTime)
        #expect(clock.now() == someTime)
        #expect(clock.uptimeNanoseconds() == uptime)
        clock.set(.manual(.none))
        #expect(clock.now() == .none)
        #expect(clock.uptimeNanoseconds() == uptime)
    }

    @Test func `a clock of events shows the last one, whatever its time`() {
        let clock = HostClock(.manual(someTime), over: SteppingClock())
        clock.advance(toEvent: FileTime(ticks: 5))
        #expect(clock.now() == someTime)
        clock.set(.events)
        #expect(clock.now() == someTime, "before the first event it shows what it showed when the mode was set")
        clock.advance(toEvent: FileTime(ticks: 7))
        #expect(clock.now() == FileTime(ticks: 7))
        clock.advance(toEvent: FileTime(ticks: 6))
        #expect(clock.now() == FileTime(ticks: 6))
        clock.set(.events)
        #expect(clock.now() == FileTime(ticks: 6))
        #expect(clock.uptimeNanoseconds() == clock.uptimeNanoseconds())
    }

    @Test func `a clock that is changed from the system's to events stands still from then on`() {
        let clock = HostClock(over: SteppingClock())
        let before = clock.now()
        clock.set(.events)
        let first = clock.now()
        #expect(first > before)
        #expect(clock.now() == first)
    }

    @Test func `the uptime never goes back when the mode changes`() async {
        let clock = HostClock()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    var last: UInt64 = 0
                    for _ in 0..<20_000 {
                        let next = clock.uptimeNanoseconds()
                        if next < last { return false }
                        last = next
                    }
                    return true
                }
            }
            for round in 0..<5000 {
                clock.set(round % 3 == 0 ? .system : round % 3 == 1 ? .manual(someTime) : .events)
            }
            for await monotonous in group { #expect(monotonous) }
        }
    }

    @Test func `the system clock shows a time in this century and an uptime that advances`() throws {
        let clock = SystemClock()
        let start = try #require(FileTime("2025-01-01T00:00:00Z"))
        #expect(clock.now() > start)
        #expect(clock.now() < .latest)
        let uptime = clock.uptimeNanoseconds()
        while clock.uptimeNanoseconds() == uptime {}
        #expect(clock.uptimeNanoseconds() > uptime)
    }
}
