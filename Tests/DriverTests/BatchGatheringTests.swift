import Testing

@testable import Driver

@Suite struct BatchGatheringTests {
    private func gathering(_ limits: BatchLimits?) -> BatchGathering {
        var gathering = BatchGathering()
        gathering.limits = limits
        return gathering
    }

    @Test func `ASY-5: without batches, one message is due at once`() {
        var gathering = gathering(nil)
        let timer = gathering.begin()
        #expect(gathering.most == 1)
        #expect(gathering.isDue(count: 1))
        #expect(timer?.0 == nil)
    }

    @Test func `without a delay, a batch of whatever is queued is due at once`() {
        var gathering = gathering(BatchLimits(maxMessages: 8, maxDelay: .zero))
        let timer = gathering.begin()
        #expect(gathering.most == 8)
        #expect(gathering.isDue(count: 1))
        #expect(timer?.0 == nil)
    }

    @Test func `a batch is due when it is full, or when its timer has expired`() throws {
        var gathering = gathering(BatchLimits(maxMessages: 3, maxDelay: .milliseconds(5)))
        let begun = gathering.begin()
        let (timer, delay) = try #require(begun)
        #expect(delay == .milliseconds(5))
        #expect((1...3).map { gathering.isDue(count: $0) } == [false, false, true])
        gathering.expire(timer)
        #expect(gathering.isDue(count: 1))
    }

    @Test func `a batch that is cut short is due, whatever the limits are then, and the next one is not`() throws {
        var gathering = gathering(BatchLimits(maxMessages: 3, maxDelay: .milliseconds(5)))
        let idle = gathering.cutShort()
        #expect(idle == nil)
        #expect(!gathering.isDue(count: 1), "nothing was gathered")
        let begun = gathering.begin()
        let stopped = gathering.cutShort()
        #expect(stopped === begun?.0)
        gathering.limits = BatchLimits(maxMessages: 9, maxDelay: .seconds(1))
        #expect(gathering.isDue(count: 1))
        _ = gathering.end()
        #expect(!gathering.isDue(count: 1))
    }

    @Test func `one timer runs until no messages wait, and then another`() throws {
        var gathering = gathering(BatchLimits(maxMessages: 3, maxDelay: .milliseconds(5)))
        let begun = gathering.begin()
        let first = try #require(begun?.0)
        let second = gathering.begin()
        #expect(second?.0 == nil)
        gathering.expire(first)
        let stopped = gathering.end()
        #expect(stopped == nil)
        let again = gathering.begin()
        let third = try #require(again?.0)
        gathering.expire(first)
        #expect(!gathering.isDue(count: 1))
        let running = gathering.end()
        #expect(running === third)
    }
}
