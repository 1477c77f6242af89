public import Messages

/// When events are due that come as far apart as they were recorded, or so many times faster.
public struct PaceSchedule: Sendable {
    private let speed: Double
    /// When the first event came: in the recording, and here in nanoseconds.
    private var start: (event: FileTime, uptime: UInt64)?

    /// A schedule that is `speed` times as fast as the recording; above 0.
    public init(speed: Double) { self.speed = speed }

    /// How many nanoseconds after `uptime`, which is now, the event of `time` is due; the first is due at once.
    public mutating func delay(of time: FileTime, at uptime: UInt64) -> UInt64 {
        let first = start ?? (time, uptime)
        start = first
        guard time > first.event else { return 0 }
        // Some 292 years are as good as never. A speed that is not a number waits as long.
        let wait = Double(time.ticks - first.event.ticks) * 100 / speed
        let (due, isBeyond) = first.uptime.addingReportingOverflow(UInt64(wait < 9e18 ? max(wait, 0) : 9e18))
        if isBeyond { return .max - uptime }
        return due > uptime ? due - uptime : 0
    }
}
