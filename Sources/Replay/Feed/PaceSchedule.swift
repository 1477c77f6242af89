public import Messages

/// The times at which events are due if they keep their recorded distances, or those divided by a speed.
public struct PaceSchedule: Sendable {
    private let speed: Double
    /// The time of the first event: in the recording, and here in nanoseconds.
    private var start: (event: FileTime, uptime: UInt64)?

    /// A schedule that is `speed` times as fast as the recording; above 0.
    public init(speed: Double) { self.speed = speed }

    /// The delay in nanoseconds from `uptime`, which is now, until the event of `time` is due; 0 for the first event.
    public mutating func delay(of time: FileTime, at uptime: UInt64) -> UInt64 {
        let first = start ?? (time, uptime)
        start = first
        guard time > first.event else { return 0 }
        // The longest delay is about 292 years, which a speed that is not a number also gets.
        let wait = Double(time.ticks - first.event.ticks) * 100 / speed
        let (due, isBeyond) = first.uptime.addingReportingOverflow(UInt64(wait < 9e18 ? max(wait, 0) : 9e18))
        if isBeyond { return .max - uptime }
        return due > uptime ? due - uptime : 0
    }
}
