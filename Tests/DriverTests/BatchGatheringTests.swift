import Testing

@testable import Driver

@Suite struct BatchGatheringTests {
    private var gathering = BatchGathering()

    private mutating func begins() -> Bool { gathering.begin() != nil }

    private mutating func begin() throws -> TimedWait<Void> { try #require(gathering.begin()).0 }

    @Test mutating func `ASY-5: without batches, one message is due at once`() {
        #expect(gathering.most == 1)
        #expect(gathering.isDue(count: 1))
        #expect(!begins())
    }

    @Test mutating func `without a delay, a batch of whatever is queued is due at once`() {
        gathering.limits = BatchLimits(maxMessages: 8, maxDelay: .zero)
        #expect(gathering.most == 8)
        #expect(gathering.isDue(count: 1))
        #expect(!begins())
    }

    @Test mutating func `a batch is due when it is full, or when its timer has expired`() throws {
        gathering.limits = BatchLimits(maxMessages: 3, maxDelay: .milliseconds(5))
        let (timer, delay) = try #require(gathering.begin())
        #expect(delay == .milliseconds(5))
        #expect(!gathering.isDue(count: 1))
        #expect(!gathering.isDue(count: 2))
        #expect(gathering.isDue(count: 3))
        gathering.expire(timer)
        #expect(gathering.isDue(count: 1))
    }

    @Test mutating func `one timer runs until no messages wait, and then another`() throws {
        gathering.limits = BatchLimits(maxMessages: 3, maxDelay: .milliseconds(5))
        let first = try begin()
        #expect(!begins())
        gathering.expire(first)
        #expect(!begins())
        #expect(gathering.end() == nil)
        let second = try begin()
        gathering.expire(first)
        #expect(!gathering.isDue(count: 1))
        #expect(gathering.end() === second)
        #expect(gathering.end() == nil)
    }
}
