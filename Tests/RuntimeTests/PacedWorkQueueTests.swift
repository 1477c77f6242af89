import Dispatch
import Locking
import Runtime
import Testing

@Suite(.timeLimit(.minutes(1))) struct PacedWorkQueueTests {
    @Test func `bodies run once, in order of submission`() async {
        let queue = PacedWorkQueue(named: "test", pause: .milliseconds(1))
        let order = Locked<[Int]>([])
        await withCheckedContinuation { continuation in
            for number in 0..<1000 {
                queue.async {
                    order.withLock { $0.append(number) }
                    if number == 999 { continuation.resume() }
                }
            }
        }
        #expect(order.withLock { $0 } == Array(0..<1000))
    }

    @Test func `turns begin a pause apart, and bodies submitted meanwhile run together`() async {
        let queue = PacedWorkQueue(named: "test", pause: .milliseconds(50))
        let clock = ContinuousClock()
        let begun = clock.now
        let times = Locked<[ContinuousClock.Instant]>([])
        for _ in 0..<3 {
            await withCheckedContinuation { continuation in
                for number in 0..<10 {
                    queue.async {
                        times.withLock { $0.append(clock.now) }
                        if number == 9 { continuation.resume() }
                    }
                }
            }
        }
        let all = times.withLock { $0 }
        #expect(all.count == 30)
        // At least two pauses, whatever the load: the bodies of three rounds cannot share two turns.
        #expect(all[29] - begun >= .milliseconds(100))
    }

    @Test func `a body may request another turn`() async {
        let queue = PacedWorkQueue(named: "test", pause: .milliseconds(1))
        await withCheckedContinuation { continuation in
            queue.async { queue.async { queue.async { continuation.resume() } } }
        }
    }
}
