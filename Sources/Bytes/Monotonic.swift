import Glibc

/// A moment of the system's monotonic clock, for deadlines and durations.
public struct Monotonic: Comparable, Sendable {
    /// Nanoseconds since some fixed moment, 0 or more.
    public let nanoseconds: Int64

    /// The current time (CLOCK_MONOTONIC).
    public static func now() -> Monotonic { Monotonic(CLOCK_MONOTONIC) }

    /// The current time as of the kernel's last tick, up to 4 ms ago (CLOCK_MONOTONIC_COARSE): cheaper than `now()`.
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

    /// The time from `right` to `left`; negative if `left` is earlier.
    public static func - (left: Monotonic, right: Monotonic) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }

    /// The moment `delay` later, at most a century; the same moment for a negative delay.
    public static func + (moment: Monotonic, delay: Duration) -> Monotonic {
        Monotonic(nanoseconds: moment.nanoseconds + delay.nanoseconds)
    }

    /// Blocks the thread for `duration`, also if signals arrive meanwhile.
    public static func sleep(for duration: Duration) {
        let end = (now() + duration).nanoseconds
        var time = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }

    /// Milliseconds from `start` to this moment, rounded up; 0 if `start` is not earlier.
    public func milliseconds(since start: Monotonic) -> Int {
        max(0, Int((nanoseconds - start.nanoseconds + 999_999) / 1_000_000))
    }
}
