import Testing

@testable import WebhookEngine

struct LaneQueueTests {
    private let start = Monotonic.now()

    private func after(_ milliseconds: Int) -> Monotonic { start + .milliseconds(milliseconds) }

    @Test func `as many as the limit start, the next wait in order and the rest are refused`() {
        var queue = LaneQueue<Int>(limit: 2, capacity: 2)
        #expect((1...5).map { queue.arrive($0, deadline: after(10)) } == [.start, .start, .wait, .wait, .refuse])
        #expect(queue.running == 2)
        #expect(queue.finish() == 3)
        #expect(queue.running == 2)
        #expect(queue.arrive(6, deadline: after(10)) == .wait)
        #expect(queue.finish() == 4)
        #expect(queue.finish() == 6)
        #expect(queue.finish() == nil)
        #expect(!queue.isIdle)
        #expect(queue.finish() == nil)
        #expect(queue.isIdle)
    }

    @Test func `those whose time is over leave, wherever they stand`() {
        var queue = LaneQueue<Int>(limit: 1, capacity: 9)
        for (number, deadline) in [(0, 1), (1, 30), (2, 10), (3, 20), (4, 10)] {
            _ = queue.arrive(number, deadline: after(deadline))
        }
        #expect(queue.earliestDeadline == after(10))
        #expect(queue.takeExpired(at: after(9)) == [])
        #expect(queue.takeExpired(at: after(10)) == [2, 4])
        #expect(queue.earliestDeadline == after(20))
        #expect(queue.finish() == 1)
        #expect(queue.takeWaiting() == [3])
        #expect(queue.earliestDeadline == nil)
        #expect(queue.finish() == nil)
        #expect(queue.isIdle)
    }

    @Test func `a lane keeps its handles while they are used and lets go of them when they are not`() throws {
        let endpoint = CurlEndpoint(url: "http://localhost/", userAgent: "x", caFile: nil)
        let lane = CurlLane(to: endpoint, by: EgressRules(), connections: 2)
        let first = try lane.takeHandle()
        lane.giveBack(first)
        lane.closeIdle(at: .now() + .seconds(29), limit: .seconds(30))
        #expect(try lane.takeHandle() === first, "it was used lately")
        lane.giveBack(first)
        let request = TransferRequest(headers: [], body: [], deadline: .now(), completion: { _ in })
        _ = lane.queue.arrive(request, deadline: request.deadline)
        lane.closeIdle(at: .now() + .seconds(100), limit: .seconds(30))
        #expect(try lane.takeHandle() === first, "a request is under way")
        lane.giveBack(first)
        _ = lane.queue.finish()
        lane.closeIdle(at: .now() + .seconds(100), limit: .seconds(30))
        #expect(try lane.takeHandle() !== first)
    }

    @Test func `deadlines are bounded and rounded up to milliseconds`() {
        #expect(after(5).milliseconds(since: start) == 5)
        #expect((start + .nanoseconds(1)).milliseconds(since: start) == 1)
        #expect((start + .seconds(-1)).milliseconds(since: start) == 0)
        #expect(start.milliseconds(since: after(5)) == 0)
        #expect((start + .seconds(Int64.max)) - start == .seconds(86_400))
    }
}
