@testable import NotificationAPI
import Testing

struct UploadPaceTests {
    private static let second: UInt64 = 1_000_000_000

    /// The slowness after `bytes` have arrived each second for `seconds`.
    private func slowness(bytes: Int, seconds: UInt64, silence: UInt64 = 0) -> Double? {
        var pace = UploadPace(at: 5)
        for second in 1...seconds { pace.record(bytes, isPaused: false, at: 5 + second * Self.second) }
        return pace.slowness(at: 5 + (seconds + silence) * Self.second)
    }

    @Test func `a client that has just begun is not slow`() {
        #expect(slowness(bytes: 1, seconds: 9) == nil)
        #expect(slowness(bytes: 1, seconds: 10) != nil)
        #expect(UploadPace(at: 0).slowness(at: UploadPace.window - 1) == nil)
        #expect(UploadPace(at: 0).slowness(at: UploadPace.window) == 0)
    }

    @Test(arguments: [(1, true), (1000, true), (1100, false), (1_000_000, false)])
    func `a client that sends less than 1 KiB a second is slow`(bytes: Int, isSlow: Bool) {
        for seconds: UInt64 in [12, 25, 100] {
            let rate = slowness(bytes: bytes, seconds: seconds)
            #expect((rate != nil) == isSlow)
            if let rate { #expect(abs(rate - Double(bytes)) <= Double(bytes) / 8) }
        }
    }

    @Test func `bytes sent long ago do not count`() {
        #expect(slowness(bytes: 1_000_000, seconds: 30, silence: 9) == nil)
        #expect(slowness(bytes: 1_000_000, seconds: 30, silence: 10) == 0)
        var pace = UploadPace(at: 0)
        pace.record(1 << 30, isPaused: false, at: Self.second)
        for second in 2...60 { pace.record(1, isPaused: false, at: UInt64(second) * Self.second) }
        #expect(pace.slowness(at: 60 * Self.second) != nil)
    }

    @Test func `a client that waits for us is not slow, and the wait does not count`() {
        var pace = UploadPace(at: 0)
        pace.record(20_000, isPaused: true, at: Self.second)
        #expect(pace.slowness(at: 3600 * Self.second) == nil)
        pace.record(100, isPaused: false, at: 3600 * Self.second)
        #expect(pace.slowness(at: 3608 * Self.second) == nil)
        #expect(pace.slowness(at: 3610 * Self.second) == 0)
    }

    /// The checking thread has read the clock before the client's own thread recorded a piece.
    @Test func `a check at a past moment does not trap`() {
        for bytes in [1, 100_000] {
            var pace = UploadPace(at: 100 * Self.second)
            #expect(pace.slowness(at: 0) == nil)
            for second: UInt64 in 101...125 { pace.record(bytes, isPaused: second == 110, at: second * Self.second) }
            for look: UInt64 in [0, 100, 109, 110, 119, 124, 125] {
                #expect((pace.slowness(at: look * Self.second) != nil) == (bytes == 1))
            }
            pace.record(1, isPaused: true, at: 1)
            pace.record(1, isPaused: false, at: 0)
        }
    }

    @Test func `a client whose body is complete is not slow`() {
        var pace = UploadPace(at: 0)
        pace.finish()
        #expect(pace.slowness(at: 3600 * Self.second) == nil)
    }
}
