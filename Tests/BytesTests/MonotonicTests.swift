import Bytes
import Testing

@Suite struct MonotonicTests {
    @Test func `a duration is counted in whole units, from 0 to a century`() {
        let century: Int64 = 100 * 365 * 86_400
        #expect(Duration.milliseconds(1500).nanoseconds == 1_500_000_000)
        #expect(Duration.nanoseconds(1_999_999).milliseconds == 1)
        #expect(Duration(secondsComponent: 0, attosecondsComponent: 999_999_999).nanoseconds == 0)
        for duration in [Duration.seconds(-1), .nanoseconds(-1), .seconds(Int64.min / 2), .zero] {
            #expect(duration.nanoseconds == 0)
            #expect(duration.milliseconds == 0)
        }
        #expect((Duration.century - .nanoseconds(1)).nanoseconds == century * 1_000_000_000 - 1)
        for duration in [Duration.century, .seconds(Int64.max)] {
            #expect(duration.nanoseconds == century * 1_000_000_000)
            #expect(duration.milliseconds == century * 1000)
        }
    }

    @Test func `the clock never goes back, and the coarse one is never ahead of it`() {
        let coarse = Monotonic.coarse()
        let moments = (0..<100).map { _ in Monotonic.now() }
        #expect(coarse <= moments[0])
        #expect(moments == moments.sorted())
        #expect(moments[0].nanoseconds >= 0)
    }

    @Test func `a delay moves a moment, but never back`() {
        let start = Monotonic.now()
        #expect((start + .milliseconds(5)) - start == .milliseconds(5))
        #expect(start + .seconds(-5) == start)
        #expect((start + .seconds(Int64.max)) - start == .century)
        #expect(start - (start + .seconds(1)) == .seconds(-1))
    }

    @Test func `milliseconds between moments are rounded up, and are 0 in the other direction`() {
        let start = Monotonic.now()
        #expect((start + .nanoseconds(1)).milliseconds(since: start) == 1)
        #expect((start + .milliseconds(7)).milliseconds(since: start) == 7)
        #expect(start.milliseconds(since: start) == 0)
        #expect(start.milliseconds(since: start + .seconds(1)) == 0)
    }
}
