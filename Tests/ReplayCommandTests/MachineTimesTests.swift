import Locking
import Runtime
import Testing

@testable import ReplayCommand

/// Which machine's time passes, decision 49.
@Suite struct MachineTimesTests {
    private let passed = Locked<[String]>([])

    /// Schedules timers on the time of a machine, which note its name.
    private func schedule(_ times: MachineTimes, _ machine: String, after milliseconds: Int...) {
        let time = times.time(of: machine)
        for delay in milliseconds {
            _ = time.schedule(after: .milliseconds(delay)) { [passed] in
                passed.withLock { $0.append("\(machine) \(delay)") }
            }
        }
    }

    @Test func `only the time of the machine whose turn it is passes, while it has a timer`() {
        let times = MachineTimes(isShared: false)
        schedule(times, "a", after: 10, 20)
        schedule(times, "b", after: 500, 400)
        _ = times.turn(to: "b")
        #expect(times.step() && times.step())
        #expect(passed.withLock { $0 } == ["b 400", "b 500"])
        #expect(times.time(of: "a").nanoseconds == 0)
        #expect(times.time(of: "b").nanoseconds == 500_000_000)
        _ = times.turn(to: "a")
        #expect(times.step())
        #expect(passed.withLock { $0 }.last == "a 10")
    }

    @Test func `all timers of all machines run in the end, one machine after the other`() {
        let times = MachineTimes(isShared: false)
        schedule(times, "a", after: 10, 20)
        schedule(times, "b", after: 5, 15)
        _ = times.turn(to: "c")
        while times.step() {}
        #expect(passed.withLock { $0 } == ["a 10", "a 20", "b 5", "b 15"])
        #expect(!times.step())
    }

    @Test func `machines that share a time have one`() {
        let times = MachineTimes(isShared: true)
        schedule(times, "a", after: 10, 20)
        schedule(times, "b", after: 15)
        while times.step() {}
        #expect(passed.withLock { $0 } == ["a 10", "b 15", "a 20"])
        #expect(times.time(of: nil) === times.time(of: "a"))
        #expect(!MachineTimes(isShared: false).step())
    }
}
