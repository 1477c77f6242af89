import Bytes
public import Driver
import Glibc
public import Messages

/// The clock of the machine that the service runs on.
public struct SystemClock: DriverClock {
    /// The system clock.
    public init() {}

    /// The wall time (CLOCK_REALTIME), exact to the tick of 100 ns.
    public func now() -> FileTime {
        var time = timespec()
        let result = clock_gettime(CLOCK_REALTIME, &time)
        precondition(result == 0, "clock_gettime: \(errno)")
        // The system accepts any time. A time that a FILETIME cannot express becomes the first or the last one.
        let seconds = min(max(Int64(time.tv_sec), -11_644_473_600), 900_000_000_000)
        let sinceUnixEpoch = seconds * Int64(FileTime.ticksPerSecond) + Int64(time.tv_nsec) / 100
        return FileTime(ticks: UInt64(max(0, Int64(FileTime.unixEpoch.ticks) + sinceUnixEpoch)))
    }

    /// Nanoseconds of CLOCK_MONOTONIC.
    public func uptimeNanoseconds() -> UInt64 { UInt64(Monotonic.now().nanoseconds) }
}
