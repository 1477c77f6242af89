import Driver
import Locking
import Runtime
import Testing

/// Time that advances when there is nothing else to do.
@Suite struct VirtualTimeTests {
    private let time = VirtualTime()
    private let seen = Locked<[String]>([])

    /// Records `name` and the time when it fires.
    @discardableResult
    private func schedule(_ name: String, after delay: Duration) -> any ScheduledTimer {
        time.schedule(after: delay) { [time, seen] in seen.withLock { $0.append("\(name)@\(time.nanoseconds)") } }
    }

    private func run() -> [String] {
        while time.step() {}
        return seen.withLock { $0 }
    }

    @Test func `nothing happens before a step, and one step is one timer`() {
        #expect(time.nanoseconds == 0)
        #expect(!time.step())
        schedule("a", after: .zero)
        schedule("b", after: .zero)
        #expect(seen.withLock { $0 } == [])
        #expect(time.step())
        #expect(seen.withLock { $0 } == ["a@0"])
        #expect(time.step())
        #expect(!time.step())
        #expect(seen.withLock { $0 } == ["a@0", "b@0"])
    }

    @Test func `timers fire in order of time, and of request if their times are equal`() {
        for (name, delay) in [("c", 5), ("a", 3), ("d", 5), ("b", 3), ("e", 5)] {
            schedule(name, after: .nanoseconds(delay))
        }
        #expect(run() == ["a@3", "b@3", "c@5", "d@5", "e@5"])
    }

    @Test func `a body may schedule timers, even one that is due at once`() {
        _ = time.schedule(after: .nanoseconds(10)) { [self] in
            schedule("later", after: .nanoseconds(10))
            schedule("now", after: .zero)
            schedule("between", after: .nanoseconds(2))
        }
        schedule("same", after: .nanoseconds(10))
        #expect(run() == ["same@10", "now@10", "between@12", "later@20"])
    }

    @Test func `a canceled timer neither fires nor advances the time`() {
        schedule("a", after: .nanoseconds(10))
        schedule("b", after: .seconds(3600)).cancel()
        #expect(run() == ["a@10"])
        #expect(time.nanoseconds == 10)
    }

    @Test func `a body may cancel a timer that is due with it; canceling a fired one does nothing`() {
        let timers = Locked<[any ScheduledTimer]>([])
        let first = time.schedule(after: .nanoseconds(7)) { for timer in timers.withLock({ $0 }) { timer.cancel() } }
        timers.withLock { $0.append(schedule("never", after: .nanoseconds(7))) }
        schedule("still", after: .nanoseconds(7))
        #expect(run() == ["still@7"])
        first.cancel()
        schedule("next", after: .nanoseconds(1))
        #expect(run() == ["still@7", "next@8"])
    }

    @Test(arguments: [Duration.zero, .seconds(-5), .nanoseconds(-1), .seconds(Int64.min)])
    func `a delay that is not positive counts as zero`(delay: Duration) {
        schedule("before", after: .nanoseconds(4))
        _ = time.step()
        schedule("a", after: delay)
        #expect(run() == ["before@4", "a@4"])
    }

    @Test func `delays beyond the range fire at its end, in order, and not early`() {
        schedule("a", after: .nanoseconds(100))
        _ = time.step()
        schedule("max", after: .seconds(Int64.max))
        schedule("far", after: .seconds(18_446_744_073) + .nanoseconds(709_551_615))
        schedule("soon", after: .seconds(18_000_000_000))
        #expect(
            run() == [
                "a@100", "soon@18000000000000000100", "max@\(UInt64.max)", "far@\(UInt64.max)",
            ])
        schedule("after", after: .seconds(1))
        #expect(run().last == "after@\(UInt64.max)")
    }

    @Test func `a span whose seconds fit but whose fraction does not never wraps`() {
        // 2^64 ns is 18446744073.709551616 s.
        schedule("over", after: .seconds(18_446_744_073) + .nanoseconds(900_000_000))
        schedule("near", after: .seconds(1))
        #expect(run() == ["near@1000000000", "over@\(UInt64.max)"])
    }

    @Test func `fractions of a nanosecond are truncated`() {
        schedule("a", after: Duration(secondsComponent: 0, attosecondsComponent: 999_999_999))
        schedule("b", after: Duration(secondsComponent: 1, attosecondsComponent: 1_999_999_999))
        #expect(run() == ["a@0", "b@1000000001"])
    }
}
