import Driver
import Locking
import Runtime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DispatchWorkPoolTests {
    @Test func `a queue runs one body at a time, in order`() async {
        let queue = DispatchWorkPool().makeQueue(named: "one")
        let log = Locked<[Int]>([])
        let running = Locked(0)
        await withCheckedContinuation { done in
            for number in 0..<2000 {
                queue.async {
                    let alone = running.withLock { running in
                        running += 1
                        return running == 1
                    }
                    #expect(alone)
                    log.withLock { $0.append(number) }
                    running.withLock { $0 -= 1 }
                }
            }
            queue.async { done.resume() }
        }
        #expect(log.withLock { $0 } == Array(0..<2000))
    }

    @Test func `a body that submits another runs it later, not inside`() async {
        let queue = DispatchWorkPool().makeQueue(named: "nested")
        let log = Locked<[String]>([])
        await withCheckedContinuation { done in
            queue.async {
                queue.async {
                    log.withLock { $0.append("inner") }
                    done.resume()
                }
                log.withLock { $0.append("outer") }
            }
        }
        #expect(log.withLock { $0 } == ["outer", "inner"])
    }

    @Test func `thousands of queues share a handful of threads and lose nothing`() async {
        // In a separate process, where no other test has threads.
        await #expect(processExitsWith: .success) {
            let pool = DispatchWorkPool()
            let before = ProcessResources.now.threads
            let (done, report) = AsyncStream.makeStream(of: Int.self)
            var most = before
            for host in 0..<4000 {
                // The queue is released at once, but submitted work still runs.
                pool.makeQueue(named: "\(host)").async { report.yield(host) }
                if host.isMultiple(of: 100) { most = max(most, ProcessResources.now.threads) }
            }
            var hosts = Set<Int>()
            for await host in done.prefix(4000) { hosts.insert(host) }
            most = max(most, ProcessResources.now.threads)
            #expect(hosts.count == 4000)
            #expect(most - before < 40)
        }
    }
}
