import Locking
@testable import NotificationAPI
import Testing

struct UploadPlacesTests {
    private let clock = Locked<UInt64>(1)

    private func places(_ limit: Int) -> UploadPlaces {
        let clock = clock
        return UploadPlaces(limit: limit) { clock.withLock { $0 } }
    }

    private func pass(seconds: UInt64) { clock.withLock { $0 += seconds * 1_000_000_000 } }

    @Test func `there are as many places as the limit says, and a place left is free`() throws {
        let places = places(2)
        let first = try #require(places.take(for: "a"))
        var second = places.take(for: "a")
        #expect(second != nil)
        #expect(places.take(for: "a") == nil)
        first.leave()
        first.leave()
        #expect(places.open == 1)
        second = nil
        #expect(places.open == 0)
    }

    @Test func `the slowest loses its place when another needs it, and not before`() throws {
        let places = places(2)
        let silent = try #require(places.take(for: "a"))
        let slow = try #require(places.take(for: "a"))
        for _ in 0..<11 {
            pass(seconds: 1)
            slow.note(taken: 10, of: 10)
        }
        #expect(places.open == 2)
        let third = try #require(places.take(for: "a"))
        #expect(places.open == 2)
        // It has lost its place already.
        silent.leave()
        #expect(places.open == 2)
        let fourth = try #require(places.take(for: "a"))
        slow.leave()
        #expect(places.open == 2)
        #expect(places.take(for: "a") == nil)
        withExtendedLifetime((third, fourth)) {}
    }

    @Test func `one of the address that has most of them loses first`() throws {
        let places = places(3)
        let feed = try #require(places.take(for: "b"))
        let many = [places.take(for: "a"), places.take(for: "a")].compactMap(\.self)
        #expect(many.count == 2)
        for _ in 0..<11 {
            pass(seconds: 1)
            for upload in many { upload.note(taken: 100, of: 100) }
        }
        let next = try #require(places.take(for: "c"))
        feed.leave()
        #expect(places.open == 2)
        withExtendedLifetime((next, many)) {}
    }

    @Test func `uploads that are fast enough or wait for us keep their places`() throws {
        let places = places(2)
        let fast = try #require(places.take(for: "a"))
        let paused = try #require(places.take(for: "a"))
        paused.note(taken: 1, of: 2)
        for _ in 0..<30 {
            pass(seconds: 1)
            fast.note(taken: 2000, of: 2000)
        }
        #expect(places.take(for: "b") == nil)
        #expect(places.open == 2)
    }
}
