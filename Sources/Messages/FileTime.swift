/// A FILETIME: 100 ns ticks since 1601-01-01T00:00:00Z.
///
/// Zero means "none": an unknown creation time, or a thread that does not have one yet.
public struct FileTime: Hashable, Comparable, Sendable {
    /// Ticks of 100 ns since 1601-01-01 UTC.
    public var ticks: UInt64

    /// The time `ticks` × 100 ns after 1601-01-01 UTC.
    public init(ticks: UInt64) { self.ticks = ticks }

    /// No time.
    public static let none = FileTime(ticks: 0)

    /// Ticks in a second.
    public static let ticksPerSecond: UInt64 = 10_000_000

    /// 1970-01-01T00:00:00Z.
    public static let unixEpoch = FileTime(ticks: 116_444_736_000_000_000)

    /// The start of a Unix second.
    public init(unixSecond: UInt32) {
        ticks = FileTime.unixEpoch.ticks + UInt64(unixSecond) * FileTime.ticksPerSecond
    }

    /// Whole seconds since 1601-01-01, for comparing times that were recorded to the second.
    public var second: UInt64 { ticks / FileTime.ticksPerSecond }

    /// The time `ticks` × 100 ns later, at most `latest`, or this time if it is later than that. Never wraps.
    public func later(by ticks: UInt64) -> FileTime {
        let (sum, isBeyond) = self.ticks.addingReportingOverflow(ticks)
        return max(self, min(FileTime(ticks: isBeyond ? .max : sum), .latest))
    }

    /// Earlier times are smaller.
    public static func < (left: FileTime, right: FileTime) -> Bool { left.ticks < right.ticks }
}
