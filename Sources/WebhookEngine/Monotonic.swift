import Glibc

/// A moment of CLOCK_MONOTONIC, for deadlines.
struct Monotonic: Comparable, Sendable {
    /// Nanoseconds since some fixed moment.
    private let nanoseconds: Int64

    /// The present moment.
    static func now() -> Monotonic {
        var time = timespec()
        let result = clock_gettime(CLOCK_MONOTONIC, &time)
        precondition(result == 0, "clock_gettime: \(errno)")
        return Monotonic(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    static func < (left: Monotonic, right: Monotonic) -> Bool { left.nanoseconds < right.nanoseconds }

    static func - (left: Monotonic, right: Monotonic) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }

    /// At most a day later, which is longer than any timeout.
    static func + (moment: Monotonic, delay: Duration) -> Monotonic {
        let (seconds, attoseconds) = min(max(delay, .zero), .seconds(86_400)).components
        return Monotonic(nanoseconds: moment.nanoseconds + seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// Milliseconds from `start` to here, rounded up; 0 when `start` is not earlier.
    func milliseconds(since start: Monotonic) -> Int {
        max(0, Int((nanoseconds - start.nanoseconds + 999_999) / 1_000_000))
    }
}
