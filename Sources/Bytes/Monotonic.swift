import Glibc

/// A moment of the machine's monotonic clock, for deadlines and durations.
public struct Monotonic: Comparable, Sendable {
    /// Nanoseconds since some fixed moment, 0 or more.
    public let nanoseconds: Int64

    /// The present moment (CLOCK_MONOTONIC).
    public static func now() -> Monotonic { Monotonic(CLOCK_MONOTONIC) }

    /// The present moment as of the kernel's last tick, up to 4 ms ago (CLOCK_MONOTONIC_COARSE): cheaper than `now()`.
    public static func coarse() -> Monotonic { Monotonic(CLOCK_MONOTONIC_COARSE) }

    private init(_ clock: clockid_t) {
        var time = timespec()
        let result = clock_gettime(clock, &time)
        precondition(result == 0, "clock_gettime: \(errno)")
        nanoseconds = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Whether `left` is earlier.
    public static func < (left: Monotonic, right: Monotonic) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The time from `right` to `left`; negative when `left` is earlier.
    public static func - (left: Monotonic, right: Monotonic) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }

    /// The moment that is `delay` later, at most a century; the same one for a negative delay.
    public static func + (moment: Monotonic, delay: Duration) -> Monotonic {
        Monotonic(nanoseconds: moment.nanoseconds + delay.nanoseconds)
    }

    /// Milliseconds from `start` to here, rounded up; 0 when `start` is not earlier.
    public func milliseconds(since start: Monotonic) -> Int {
        max(0, Int((nanoseconds - start.nanoseconds + 999_999) / 1_000_000))
    }
}
