import Messages
import Synchronization
import TestSupport
import Testing

@testable import Driver

@Suite struct FollowersTests {
    private let followerQueue = ManualWorkQueue()
    private let workQueue = ManualWorkQueue()
    private let woken = Received<Int>()
    private let driver: Driver

    init() { driver = Driver.make(workQueue: workQueue, followerQueue: followerQueue) }

    private func follow(after sequence: UInt64, as number: Int = 0) -> Driver.Following {
        driver.follow(after: sequence) { [woken] in woken.take(number) }
    }

    @Test func `the next message wakes all followers, once, on their own queue`() throws {
        for number in 1...3 { #expect(follow(after: 0, as: number) == .waiting(UInt64(number))) }
        try driver.queueMessages(2)
        #expect(woken.count == 0)
        workQueue.runAll()
        #expect(woken.count == 0, "the driver's own queue has nothing to do with it")
        followerQueue.runAll()
        #expect(woken.values.sorted() == [1, 2, 3])
    }

    @Test func `an existing message is reported at once`() throws {
        try driver.queueMessages(2)
        #expect(follow(after: 1) == .ready)
        #expect(follow(after: 2) == .waiting(1))
        #expect(follow(after: .max) == .waiting(2))
    }

    @Test func `a follower that stopped is not woken`() throws {
        #expect(follow(after: 0, as: 1) == .waiting(1))
        #expect(follow(after: 0, as: 2) == .waiting(2))
        driver.stopFollowing(1)
        driver.stopFollowing(1)
        try driver.queueMessages(1)
        followerQueue.runAll()
        #expect(woken.values == [2])
    }

    @Test func `ASY-9: the end of the driver wakes all followers, and later ones end at once`() throws {
        try driver.queueMessages(1)
        #expect(follow(after: 1) == .waiting(1))
        driver.unload { _ in }
        followerQueue.runAll()
        #expect(woken.count == 1)
        #expect(follow(after: 1) == .ended)
        #expect(follow(after: 0) == .ready, "what is there can still be read")
    }

    @Test func `no message is missed while others create them`() {
        let driver = Driver.make()
        let seen = Atomic<UInt64>(0)
        onThreads(3) { index in
            if index > 0 {
                for _ in 0..<500 { _ = try? driver.sendAsyncNotification(.logPrint, .raw([])) }
                return
            }
            let deadline = Deadline()
            var query = MessageQuery()
            while query.after < 1000, !deadline.isOver {
                let wakeUp = Received<Void>()
                let following = driver.follow(after: query.after) { wakeUp.take(()) }
                while following != .ready, wakeUp.count == 0, !deadline.isOver {}
                for record in driver.messages(query, limit: 32).items {
                    guard record.message.sequence == query.after + 1 else { return }
                    query.after = record.message.sequence
                }
            }
            seen.store(query.after, ordering: .relaxed)
        }
        #expect(seen.load(ordering: .relaxed) == 1000)
    }
}
