import Messages
import Runtime
import Testing

/// The clock of a host that runs a replay in virtual time.
@Suite struct RecordingClockTests {
    private let time = VirtualTime()
    private let event = FileTime(unixSecond: 1_582_280_130)

    private func pass(_ duration: Duration) {
        _ = time.schedule(after: duration) {}
        _ = time.step()
    }

    private func later(_ seconds: Double) -> FileTime { FileTime(ticks: event.ticks + UInt64(seconds * 1e7)) }

    @Test(arguments: [RecordingClock.Rule.events, .running(speed: 2)])
    func `before the first event there is no time, however much virtual time has passed`(rule: RecordingClock.Rule) {
        let clock = RecordingClock(rule, over: time)
        pass(.seconds(5))
        #expect(clock.now() == .none)
        #expect(clock.uptimeNanoseconds() == 5_000_000_000)
    }

    @Test func `a clock of events shows the last event, plus the time since it arrived`() {
        let clock = RecordingClock(.events, over: time)
        pass(.seconds(5))
        clock.advance(toEvent: event)
        #expect(clock.now() == event)
        pass(.milliseconds(1500))
        #expect(clock.now() == later(1.5))
        clock.advance(toEvent: later(60))
        #expect(clock.now() == later(60))
        clock.advance(toEvent: later(30))
        #expect(clock.now() == later(30))
        pass(.nanoseconds(199))
        #expect(clock.now() == FileTime(ticks: later(30).ticks + 1))
    }

    @Test(arguments: [(RecordingClock.Rule.events, 5000), (.running(speed: 2), 2500)])
    func `a clock that is set continues from there, and an advance lets virtual time pass`(
        rule: RecordingClock.Rule, milliseconds: Int
    ) {
        let clock = RecordingClock(rule, over: time)
        pass(.seconds(1))
        clock.set(event)
        #expect(clock.now() == event)
        var order: [Int] = []
        nonisolated(unsafe) let add = { order.append($0) }
        _ = time.schedule(after: .milliseconds(milliseconds - 1)) { add(1) }
        clock.advance(by: .seconds(5)) { add(2) }
        while time.step() {}
        #expect(order == [1, 2])
        #expect(clock.now() == later(5))
        #expect(clock.uptimeNanoseconds() == 1_000_000_000 + UInt64(milliseconds) * 1_000_000)
    }

    @Test func `a running clock continues from its first event, at its speed`() {
        for (speed, shown) in [(1.0, 3.0), (10, 30), (0.5, 1.5)] {
            let time = VirtualTime()
            let clock = RecordingClock(.running(speed: speed), over: time)
            _ = time.schedule(after: .seconds(7)) { clock.advance(toEvent: event) }
            _ = time.schedule(after: .seconds(8)) { clock.advance(toEvent: later(500)) }
            _ = time.schedule(after: .seconds(10)) {}
            while time.step() {}
            #expect(clock.now() == later(shown), "x\(speed)")
            #expect(clock.uptimeNanoseconds() == 10_000_000_000)
        }
    }

    @Test func `uptime is virtual time, whatever the events`() {
        let clock = RecordingClock(.events, over: time)
        clock.advance(toEvent: event)
        clock.advance(toEvent: later(86_400))
        #expect(clock.uptimeNanoseconds() == 0)
        pass(.seconds(2))
        #expect(clock.uptimeNanoseconds() == 2_000_000_000)
    }
}

/// Times at the extremes of their ranges: nothing wraps, nothing traps.
@Suite struct RecordingClockEndsTests {
    private static let events: [UInt64] = [0, 1, FileTime.latest.ticks - 1, FileTime.latest.ticks, .max - 1, .max]
    private static let speeds = [
        0, 0.001, 1, 1e6, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, .nan, -1, -.infinity,
    ]
    private static let delays: [Duration] = [
        .zero, .nanoseconds(1), .milliseconds(60_000), .seconds(2_160_000), .seconds(18_446_744_073),
        .seconds(Int64.max),
    ]

    @Test func `the time continues from its event, and stops at the latest possible time`() {
        for ticks in Self.events {
            for rule in [RecordingClock.Rule.events] + Self.speeds.map({ .running(speed: $0) }) {
                let time = VirtualTime()
                let clock = RecordingClock(rule, over: time)
                clock.advance(toEvent: FileTime(ticks: ticks))
                for delay in Self.delays {
                    _ = time.schedule(after: delay) {}
                    _ = time.step()
                    let now = clock.now()
                    #expect(now >= FileTime(ticks: ticks))
                    #expect(now <= max(.latest, FileTime(ticks: ticks)))
                }
                #expect(clock.uptimeNanoseconds() == .max)
            }
        }
    }

    @Test func `25 days of timeouts at a million times the pace give the latest time`() {
        let time = VirtualTime()
        let clock = RecordingClock(.running(speed: 1e6), over: time)
        clock.advance(toEvent: FileTime(unixSecond: 1_582_280_130))
        for _ in 0..<36_000 {
            _ = time.schedule(after: .seconds(60)) {}
            _ = time.step()
        }
        #expect(clock.now() == .latest)
    }
}
