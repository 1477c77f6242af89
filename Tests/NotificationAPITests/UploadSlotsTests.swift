import Locking
@testable import NotificationAPI
import Testing

struct UploadSlotsTests {
    private let clock = Locked<UInt64>(1)

    private func slots(_ limit: Int) -> UploadSlots {
        let clock = clock
        return UploadSlots(limit: limit) { clock.withLock { $0 } }
    }

    private func pass(seconds: UInt64) { clock.withLock { $0 += seconds * 1_000_000_000 } }

    @Test func `the limit determines the number of slots, and a released slot is free`() throws {
        let slots = slots(2)
        let first = try #require(slots.acquire(for: "a"))
        var second = slots.acquire(for: "a")
        #expect(second != nil)
        #expect(slots.acquire(for: "a") == nil)
        first.release()
        first.release()
        #expect(slots.inUse == 1)
        second = nil
        #expect(slots.inUse == 0)
    }

    @Test func `the slowest loses its slot if another client needs it, and not before`() throws {
        let slots = slots(2)
        let silent = try #require(slots.acquire(for: "a"))
        let slow = try #require(slots.acquire(for: "a"))
        for _ in 0..<11 {
            pass(seconds: 1)
            slow.record(consumed: 10, of: 10)
        }
        #expect(slots.inUse == 2)
        let third = try #require(slots.acquire(for: "a"))
        #expect(slots.inUse == 2)
        // It has lost its slot already.
        silent.release()
        #expect(slots.inUse == 2)
        let fourth = try #require(slots.acquire(for: "a"))
        slow.release()
        #expect(slots.inUse == 2)
        #expect(slots.acquire(for: "a") == nil)
        withExtendedLifetime((third, fourth)) {}
    }

    @Test func `an upload of the address with the most slots loses first`() throws {
        let slots = slots(3)
        let feed = try #require(slots.acquire(for: "b"))
        let many = [slots.acquire(for: "a"), slots.acquire(for: "a")].compactMap(\.self)
        #expect(many.count == 2)
        for _ in 0..<11 {
            pass(seconds: 1)
            for upload in many { upload.record(consumed: 100, of: 100) }
        }
        let next = try #require(slots.acquire(for: "c"))
        feed.release()
        #expect(slots.inUse == 2)
        withExtendedLifetime((next, many)) {}
    }

    @Test func `uploads that are fast enough or wait for us keep their slots`() throws {
        let slots = slots(2)
        let fast = try #require(slots.acquire(for: "a"))
        let paused = try #require(slots.acquire(for: "a"))
        paused.record(consumed: 1, of: 2)
        for _ in 0..<30 {
            pass(seconds: 1)
            fast.record(consumed: 2000, of: 2000)
        }
        #expect(slots.acquire(for: "b") == nil)
        #expect(slots.inUse == 2)
    }
}
